"""The tree of a catalog file with those of the files that it includes, and values for its variables.

`include:` names files of sections, beside the file that names them. `variables:` names those of the environment whose
`${NAME}` in a value is replaced, with what they are where they are not set; no other `${…}` means anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from stripe_billing_cli.catalog.entries import Location
from stripe_billing_cli.catalog.file import yaml_tree
from stripe_billing_cli.catalog.file.problems import CatalogErrors, Problem
from stripe_billing_cli.catalog.file.yaml_tree import Node, Scalar, Sequence, YamlSyntaxError, read_tree

INCLUDE, VARIABLES, OWN_KEYS = "include", "variables", "x-"
"""The last is how keys at the top begin that mean nothing: a place for anchors."""
VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
MOST_FILES = 500
EXAMPLE = "begin with `version: 1`, `catalog: my-shop` and `products:`; `billing init` writes a whole one"
Read = Callable[[str], str]
"""Returns the text of a file of this path; raises `CatalogErrors`."""


def assemble(
    name: str, text: str, read: Read, sections: frozenset[str], environment: Mapping[str, str]
) -> yaml_tree.Mapping:
    """Return the one tree of a file. `sections` are the keys that an included file may have.

    Raises `CatalogErrors`.
    """
    tree = _tree(name, text)
    variables = _take_value(tree, VARIABLES)
    assembly = _Assembly(name, read, sections)
    assembly.include(tree, tree, name)
    if variables:
        assembly.substitute(tree, variables, environment)
    if assembly.problems:
        raise CatalogErrors(assembly.problems)
    return tree


def _tree(name: str, text: str) -> yaml_tree.Mapping:
    try:
        tree = read_tree(text)
    except YamlSyntaxError as problem:
        raise CatalogErrors([Problem(name, problem.where, problem.message, problem.hint)]) from None
    if tree is None:
        raise CatalogErrors([Problem(name, Location(0, 0), "the file is empty", EXAMPLE)])
    if not isinstance(tree, yaml_tree.Mapping):
        message = "this is no catalog: its top level is not keys and values"
        raise CatalogErrors([Problem(name, tree.where, message, EXAMPLE)])
    return tree


def _take_value(tree: yaml_tree.Mapping, key: str) -> Node | None:
    """Return the value of a key, which is taken out of the tree."""
    node = next((value for name, value in tree.entries if name.text == key), None)
    tree.entries[:] = [(name, value) for name, value in tree.entries if name.text != key]
    return node


class _Assembly:
    def __init__(self, name: str, read: Read, sections: frozenset[str]) -> None:
        self._name = name
        self._read = read
        self._sections = sections
        self._included_paths: set[Path] = set()
        self.problems: list[Problem] = []

    # ---- Other files

    def include(self, tree: yaml_tree.Mapping, root: yaml_tree.Mapping, name: str) -> None:
        """Put the sections of the files that a tree includes into the whole tree."""
        for pattern in self._read_texts(_take_value(tree, INCLUDE), name):
            folder = Path(name).parent if Path(name).is_file() else Path()
            paths = sorted(folder.glob(pattern.text)) if _is_pattern(pattern.text) else [folder / pattern.text]
            if not paths:
                self._report(
                    name, pattern.where, f"no file is called {pattern.text}", "correct the pattern, or remove it"
                )
            for path in paths:
                self._include_file(path, root, name, pattern.where)

    def _read_texts(self, node: Node | None, name: str) -> Iterator[Scalar]:
        items = node.items if isinstance(node, Sequence) else [node] if node else []
        for item in items:
            if isinstance(item, Scalar) and item.text and not Path(item.text).is_absolute():
                yield item
            else:
                message = f"{INCLUDE}: expected paths of files beside this one"
                self._report(name, item.where, message, "such as [prices.yaml, coupons/*.yaml]")

    def _include_file(self, path: Path, root: yaml_tree.Mapping, name: str, where: Location) -> None:
        if (
            path.resolve() in {*self._included_paths, Path(self._name).resolve()}
            or len(self._included_paths) >= MOST_FILES
        ):
            self._report(name, where, f"{path} is included already", "include each file once")
            return
        if not path.is_file():
            self._report(name, where, f"there is no file {path}", "correct the path, or remove it")
            return
        self._included_paths.add(path.resolve())
        tree = _tree(str(path), self._read(str(path)))
        for node in _nodes(tree):
            node.where = replace(node.where, file=str(path))
        self.include(tree, root, str(path))
        for key, value in [*tree.entries, *tree.merged_entries]:
            if key.text.startswith(OWN_KEYS):
                continue
            if key.text not in self._sections:
                self._report(
                    str(path), key.where, f"an included file cannot have {key.text}", f"say it in {self._name}"
                )
            else:
                _join(root, key, value)

    # ---- Variables

    def substitute(self, tree: yaml_tree.Mapping, declaration: Node, environment: Mapping[str, str]) -> None:
        """Replace the variables that the file declares in every value of the tree."""
        values = dict(self._values(declaration, environment))

        def value(match: re.Match[str]) -> str:
            return values.get(match[1], match[0])

        for node in _nodes(tree, keys=False):
            if isinstance(node, Scalar) and "${" in node.text:
                node.text = VARIABLE.sub(value, node.text)

    def _values(self, declaration: Node, environment: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for name, default in self._read_variables(declaration):
            text = environment.get(name.text, default)
            if text is None:
                self._report(
                    self._name,
                    name.where,
                    f"{name.text} is not set",
                    f"set it in the environment, or give it a default: `{name.text}: …`",
                )
            else:
                yield name.text, text

    def _read_variables(self, declaration: Node) -> Iterator[tuple[Scalar, str | None]]:
        """Yield the variables with their defaults: `[A, B]`, or `{A: default, B: null}`."""
        if isinstance(declaration, Sequence):
            variables: list[tuple[Node, Node | None]] = [(item, None) for item in declaration.items]
        elif isinstance(declaration, yaml_tree.Mapping):
            variables = list(declaration.entries)
        else:
            variables = [(declaration, None)]
        for name, default in variables:
            if not isinstance(name, Scalar) or not VARIABLE.fullmatch(f"${{{name.text}}}"):
                message = f"{VARIABLES}: expected names of the environment's variables"
                self._report(self._name, name.where, message, "such as [SHOP_URL], or {SHOP_URL: https://shop.example}")
            elif default is not None and not isinstance(default, Scalar):
                self._report(self._name, default.where, f"the default of {name.text} is no text", "write a word")
            else:
                yield name, None if default is None or _is_null(default) else default.text

    def _report(self, file: str, where: Location, message: str, hint: str) -> None:
        self.problems.append(Problem(file, replace(where, file=None), message, hint))


def _is_pattern(text: str) -> bool:
    return any(sign in text for sign in "*?[")


def _is_null(node: Scalar) -> bool:
    return node.plain and node.text in ("", "~", "null")


def _join(root: yaml_tree.Mapping, key: Scalar, value: Node) -> None:
    """Put a section into the whole tree, or its entries into the section that is there."""
    section = next((value for name, value in root.entries if name.text == key.text), None)
    if isinstance(section, yaml_tree.Mapping) and isinstance(value, yaml_tree.Mapping):
        section.entries += value.entries
        section.merged_entries += value.merged_entries
    else:
        root.entries.append((key, value))


def _nodes(tree: Node, *, keys: bool = True) -> Iterator[Node]:
    """Yield all nodes of a tree, each once, aliases too."""
    stack, visited_ids = [tree], set[int]()
    while stack:
        node = stack.pop()
        if id(node) in visited_ids:
            continue
        visited_ids.add(id(node))
        yield node
        match node:
            case Sequence():
                stack += node.items
            case yaml_tree.Mapping():
                for key, value in [*node.entries, *node.merged_entries]:
                    stack += [key, value] if keys else [value]
