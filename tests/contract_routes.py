"""Every call that the SDK can make: its method and path, the type of its parameters and the class of its answer.

Read out of the SDK's own service files, which are generated from Stripe's OpenAPI description, one function a call:

    def retrieve(self, price, /, params: Optional["PriceRetrieveParams"] = None, …) -> "Price":
        … self._request("get", "/v1/prices/{price}".format(…), …)
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import stripe
from stripe._stripe_object import StripeObject

METHOD = re.compile(
    r"\n    def \w+\((?P<signature>.*?)\) -> \"(?P<answer>[^\"]+)\":(?P<body>.*?)(?=\n    (?:async )?def |\Z)", re.S
)
REQUEST = re.compile(r"self\._request\(\s*\"(?P<verb>\w+)\",\s*\"(?P<path>/v1/[^\"]*)\"", re.S)
PARAMS = re.compile(r"params:\s*(?:Optional\[\s*)?\"(?P<name>\w+)\"", re.S)
LISTED = re.compile(r"(?:ListObject|SearchResultObject)\[(.+)\]")
UNION = re.compile(r"Union\[(.+)\]")
OF_SEVERAL = "Card"
"""The class that is given of several: sources are cards."""
IMPORT = re.compile(r"from (?P<module>stripe[\w.]*) import (?:\((?P<many>[^)]*)\)|(?P<one>\w+))")
ANY_ID = "[^/]+"


@dataclass(frozen=True)
class Named:
    """A name of the SDK's, imported when it is asked for."""

    module: str
    name: str

    @property
    def value(self) -> Any:
        return getattr(importlib.import_module(self.module), self.name)


@dataclass(frozen=True)
class Route:
    """`answer` is the class of the object, or of the objects of a list."""

    method: str
    path: re.Pattern[str]
    sent: Named
    answered: Named
    of_list: bool

    @property
    def params(self) -> Any:
        return self.sent.value

    @property
    def answer(self) -> type[StripeObject]:
        kind: type[StripeObject] = self.answered.value
        return kind


def route_of(method: str, path: str) -> Route | None:
    """Return the SDK's call for a request; None if it has none. A fixed word goes before an id."""
    routes = [route for route in _alike().get((method, path.count("/")), ()) if route.path.fullmatch(path)]
    return min(routes, key=lambda route: route.path.pattern.count(ANY_ID), default=None)


@cache
def _alike() -> dict[tuple[str, int], list[Route]]:
    """Return the calls by their method and the number of their path's parts."""
    alike: dict[tuple[str, int], list[Route]] = {}
    for route in _routes():
        alike.setdefault((route.method, route.path.pattern.replace(ANY_ID, "").count("/")), []).append(route)
    return alike


@cache
def _routes() -> tuple[Route, ...]:
    folder = Path(stripe.__file__).parent
    return tuple(route for file in sorted(folder.rglob("_*_service.py")) for route in _routes_in(file))


def _routes_in(file: Path) -> Iterator[Route]:
    text = file.read_text(encoding="utf-8")
    imports = _imported(text)
    for method in METHOD.finditer(text):
        request = REQUEST.search(method["body"])
        params_match = PARAMS.search(method["signature"])
        if request is None or params_match is None:
            continue
        list_match = LISTED.fullmatch(method["answer"])
        path = re.sub(r"\{\w+\}", ANY_ID, request["path"])
        answer_type = imports.get(_one_of(list_match[1] if list_match else method["answer"]))
        if answer_type is None:  # one of several classes, which no call of this program's gives
            continue
        yield Route(
            request["verb"], re.compile(path), imports[params_match["name"]], answer_type, list_match is not None
        )


def _one_of(answer: str) -> str:
    """Return the name of the class that a call answers; of several, the one that is given."""
    several = UNION.fullmatch(answer)
    return OF_SEVERAL if several and OF_SEVERAL in several[1].split(", ") else answer


def _imported(text: str) -> dict[str, Named]:
    names = {}
    for match in IMPORT.finditer(text):
        for name in (match["many"] or match["one"]).replace(",", " ").split():
            names[name] = Named(match["module"], name)
    return names
