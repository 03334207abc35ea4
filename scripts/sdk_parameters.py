"""The routes of the installed SDK and the types of their parameters, read from its service and params modules.

The service files are generated from Stripe's OpenAPI document, one function a call:

    def retrieve(self, price, /, params: Optional["PriceRetrieveParams"] = None, …) -> "Price":
        … self._request("get", "/v1/prices/{price}".format(…), …)
"""

from __future__ import annotations

import importlib
import re
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import stripe
import typing_extensions
from parameter_union import alternatives, overlaid
from stripe._request_options import RequestOptions
from stripe._stripe_context import StripeContext
from stripe._stripe_object import UntypedStripeObject

from stripe_billing_cli.local_stripe.core.documented import Parameter

FUNCTION = re.compile(r"\n    def \w+\((?P<signature>.*?)\) -> (?P<body>.*?)(?=\n    (?:async )?def |\Z)", re.S)
REQUEST = re.compile(r"self\._request(?:_stream)?\(\s*\"(?P<verb>\w+)\",\s*\"(?P<path>/v[12]/[^\"]*)\"", re.S)
PARAMS = re.compile(r"params:\s*(?:Optional\[\s*)?\"(?P<name>\w+)\"", re.S)
IMPORT = re.compile(r"from (?P<module>stripe[\w.]*) import (?:\((?P<many>[^)]*)\)|(?P<one>\w+))")
SCALARS = {str: "string", int: "integer", float: "number", bool: "boolean", Decimal: "decimal"}


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    parameters: Parameter

    @property
    def key(self) -> tuple[str, str]:
        """What two sources that name the ids of a path differently have in common."""
        return self.method, re.sub(r"\{\w+\}", "{}", self.path)

    def united(self, documented: Route) -> Route:
        """Return this route of the SDK with what only the document has."""
        return replace(documented, parameters=overlaid(self.parameters, documented.parameters))


def sdk_routes() -> list[Route]:
    """Return all routes of the SDK."""
    folder = Path(stripe.__file__).parent
    return [route for file in sorted(folder.rglob("_*_service.py")) for route in _routes_in(file)]


def _routes_in(file: Path) -> Iterator[Route]:
    text = file.read_text(encoding="utf-8")
    modules = {
        name: found["module"]
        for found in IMPORT.finditer(text)
        for name in (found["many"] or found["one"]).replace(",", " ").split()
    }
    for function in FUNCTION.finditer(text):
        request, sent = REQUEST.search(function["body"]), PARAMS.search(function["signature"])
        if request is None:
            continue
        parameters = Parameter(fields={})
        if sent is not None:
            parameters = _type(getattr(importlib.import_module(modules[sent["name"]]), sent["name"]))
        yield Route(request["verb"].upper(), request["path"], parameters)


def _type(annotation: Any) -> Parameter:
    if annotation in SCALARS:
        return Parameter(scalars=frozenset((SCALARS[annotation],)))
    if typing_extensions.is_typeddict(annotation):
        return _object(annotation)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Literal:
        return Parameter(choices=tuple(sorted(choice for choice in arguments if choice)), unset="" in arguments)
    if origin in (typing.Union, types.UnionType):
        kind = _type(arguments[0])
        for argument in arguments[1:]:
            kind = alternatives(kind, _type(argument))
        return kind
    if origin in (list, typing.List):  # noqa: UP006
        return Parameter(element=_type(arguments[0]))
    if origin in (dict, UntypedStripeObject):
        return Parameter(values=_type(arguments[-1]))
    if getattr(origin, "__name__", "") in ("NotRequired", "Required"):
        return _type(arguments[0])
    return Parameter(scalars=frozenset(("file" if "IO" in str(annotation) else "any",)))


def _object(typed: Any) -> Parameter:
    hints = typing_extensions.get_type_hints(typed, localns={"StripeContext": StripeContext, "Mapping": Mapping})
    options = RequestOptions.__annotations__ if _takes_options(typed) else {}
    fields = {name: _type(hint) for name, hint in hints.items() if name not in options}
    return Parameter(fields=fields, required=frozenset(fields) & typed.__required_keys__)


def _takes_options(typed: Any) -> bool:
    return any(base is RequestOptions for base in getattr(typed, "__orig_bases__", ()))
