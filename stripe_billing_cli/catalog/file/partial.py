"""The right part of an entry that is wrong in part, so that its rules are checked in the same run as its types.

A rule that speaks of a field that is wrong itself has nothing to say yet: what is missing may only be misspelt.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError, create_model

from stripe_billing_cli.catalog.kinds import Path, Report

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

WORD = re.compile(r"[A-Za-z0-9_]+")


def right_part(model: type[BaseModel], values: Mapping[str, Any], wrong_fields: frozenset[str]) -> BaseModel | None:
    """Return the content of an entry without the fields that are wrong; None where that is impossible.

    A text that must be there is empty; what else must be there has nothing that could stand for it.
    """
    required_fields = frozenset(
        name for name in wrong_fields if name in model.model_fields and model.model_fields[name].is_required()
    )
    if any(model.model_fields[name].annotation is not str for name in required_fields):
        return None
    try:
        return _without(model, required_fields).model_validate(
            {name: value for name, value in values.items() if name not in wrong_fields}
        )
    except ValidationError:
        return None


def concerned_fields(error: ErrorDetails, model: type[BaseModel]) -> set[str]:
    """Return the fields of an entry that an error is about; of an unknown field also the one that may be meant."""
    if not error["loc"]:
        return set()
    name = str(error["loc"][0])
    return {name, *difflib.get_close_matches(name, model.model_fields, n=1)}


def skip_wrong_fields(report: Report, wrong_fields: Collection[str]) -> Report:
    """Return a report that drops messages which speak of the fields that are wrong."""
    names = set(wrong_fields)

    def pass_on(path: Path, message: str, hint: str, *, at_key: bool = False, warning: bool = False) -> None:
        if not names & {*WORD.findall(message), *WORD.findall(hint), *map(str, path)}:
            report(path, message, hint, at_key=at_key, warning=warning)

    return pass_on


@cache
def _without(model: type[BaseModel], names: frozenset[str]) -> type[BaseModel]:
    """Return a model whose fields of these names may be left out."""
    fields: dict[str, Any] = dict.fromkeys(names, (Any, ""))
    return create_model(model.__name__, __base__=model, **fields) if fields else model
