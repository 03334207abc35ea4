"""Functions of the program are named by verbs, and the first line of a docstring says what a function does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1] / "stripe_billing_cli"
IRREGULAR = frozenset(
    "begun bound built chosen done drawn found given gone grown held kept known left made meant paid said seen sent "
    "shown sold spent taken told understood unknown written".split()
)
NO_PARTICIPLES = frozenset({"embed", "exceed", "feed", "need", "seed", "succeed"})
NOUNS = frozenset(
    {"billing", "heading", "mapping", "meaning", "pricing", "rendering", "setting", "shipping", "string", "warning"}
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
    return word in IRREGULAR or (word.endswith(("ed", "ing")) and not word.endswith("thing") and len(word) > 5)


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


def test_a_docstring_says_what_its_function_returns() -> None:
    assert [f"{path}: {one.says}" for path, one in functions() if is_wrong(one)] == []


def test_the_checks_see_a_participle_and_a_wrong_beginning() -> None:
    text = (
        'class One:\n    def _shown(self, of: int = 0) -> bool:\n        """Return a trial that is over is paid."""\n'
    )
    [found] = functions_of(f"{text}\n{text.replace('_shown', '_show').replace('bool', 'str')}")[:1]

    assert (is_participle(found.name), is_called(found), is_wrong(found)) == (True, True, True)
    assert not any(map(is_participle, ("show_invoice", "need", "pricing", "paid_by", "read")))
