"""Functions of the program are named by verbs, variables by nouns; docstrings begin with what a function does."""

from __future__ import annotations

import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1] / "stripe_billing_cli"
IRREGULAR = frozenset(
    "begun bound bought broken built caught chosen dealt done drawn driven fallen felt forbidden found given gone "
    "grown heard held hidden kept known left lost made meant met owed paid said seen sent shown sold spent taken "
    "taught thought thrown told understood unknown unpaid unsent unsold used withdrawn written".split()
)
NO_PARTICIPLES = frozenset({"bring", "embed", "exceed", "speed", "spring", "string", "succeed"})
NOUNS = frozenset(
    "billing ending finding formatting heading mapping meaning pricing recurring rendering saving setting shipping "
    "spelling warning".split()
)
FUNCTION = re.compile(
    r'((?:^ *@.*\n)*)^ *(?:async )?def (\w+)\((?:[^"]|"[^"\n]*")*?\)(?: -> ([^\n]+?))?:\n(?: *"""([^\n]*))?',
    re.MULTILINE,
)


@dataclass(frozen=True)
class Function:
    """A function as its text begins. `says`: the first line of its docstring."""

    decorators: str
    name: str
    returns: str
    says: str


def functions_of(text: str) -> list[Function]:
    """Return the functions of a file. Parsing every file would take seconds."""
    return [Function(*(part or "" for part in found.groups())) for found in FUNCTION.finditer(text)]


@cache
def functions() -> tuple[tuple[str, Function], ...]:
    """Return the functions of the program, each with the path of its file."""
    return tuple(
        (path.relative_to(ROOT).as_posix(), one)
        for path in sorted(ROOT.rglob("*.py"))
        for one in functions_of(path.read_text(encoding="utf-8"))
    )


def is_participle(name: str) -> bool:
    """Return whether a name is nothing but a participle, as `told`, `_shown` or `writing`."""
    word = name.strip("_")
    if "_" in word or word in NO_PARTICIPLES | NOUNS:
        return False
    return word in IRREGULAR or (word.endswith(("ed", "ing")) and not word.endswith("thing") and len(word) > 4)


def scopes_of(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    """Yield a file, and its functions, lambdas, comprehensions and classes."""
    yield table
    for inner in table.get_children():
        yield from scopes_of(inner)


def participles_of(text: str, path: str) -> list[str]:
    """Return the arguments and local variables that are participles. The compiler's tables of all files take half a
    second."""
    return sorted(
        f"{path}: {scope.get_name()}: {name}"
        for scope in scopes_of(symtable.symtable(text, path, "exec"))
        if isinstance(scope, symtable.Function)
        for name in {*scope.get_parameters(), *scope.get_locals()}
        if is_participle(name) and not scope.lookup(name).is_imported()
    )


def is_called(function: Function) -> bool:
    """Return whether a function is called as one: properties are values, and blocks are managed (`store.writing()`)."""
    return "property" not in function.decorators and "contextmanager" not in function.decorators


def is_wrong(function: Function) -> bool:
    """Return whether the verb of a docstring does not go with what the function returns."""
    if function.returns == "bool":
        return bool(re.match(r"Return (?!whether |True:|False:)", function.says))
    return function.returns == "None" and bool(re.match(r"Return (?!None:|to )", function.says))


def test_a_function_is_named_by_a_verb_and_no_bare_participle() -> None:
    wrong = [f"{path}: {one.name}" for path, one in functions() if is_called(one) and is_participle(one.name)]
    assert wrong == []


def test_a_variable_is_named_by_a_noun_and_no_bare_participle() -> None:
    files = {path.relative_to(ROOT).as_posix(): path for path in ROOT.rglob("*.py")}
    assert [one for name, path in files.items() for one in participles_of(path.read_text(encoding="utf-8"), name)] == []


def test_a_docstring_says_what_its_function_returns() -> None:
    assert [f"{path}: {one.says}" for path, one in functions() if is_wrong(one)] == []


def test_the_checks_see_a_participle_and_a_wrong_beginning() -> None:
    text = (
        'class One:\n    def _shown(self, of: int = 0) -> bool:\n        """Return a trial that is over is paid."""\n'
    )
    [found] = functions_of(f"{text}\n{text.replace('_shown', '_show').replace('bool', 'str')}")[:1]

    assert (is_participle(found.name), is_called(found), is_wrong(found)) == (True, True, True)
    assert not any(map(is_participle, ("show_invoice", "need", "pricing", "paid_by", "read")))


def test_the_check_sees_participles_among_arguments_and_local_variables() -> None:
    text = (
        "def name(wanted: int, *, _named: str = '') -> int:\n"
        "    from told import told\n\n"
        "    with open(_named) as opened:\n"
        "        made: int = sum(left for left in opened)\n"
        "    return (lambda known: told(known, is_made=made))(wanted)\n"
    )
    names = {one.rsplit(" ", 1)[1] for one in participles_of(text, "one.py")}

    assert names == {"wanted", "_named", "opened", "made", "left", "known"}
