"""The forms in which the fields of a kind are compared with Stripe's, sent, and shown: one beside the type of each.

    nickname: Annotated[Text | None, Plain(in_place=True, unset=False)] = None

A model lists each field once; from its types and forms follow what the file wants, what Stripe holds in the same
canonical values (`diff.Fields`), the parameters of a create and of an update, and what may change in place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Annotated, Any, Generic, TypeVar, Union, cast, get_args, get_origin

from pydantic import BaseModel

from stripe_billing_cli.catalog.diff import plain
from stripe_billing_cli.catalog.entries import Fields, FieldValue
from stripe_billing_cli.catalog.kinds.model import DiffersByPlace, ShortForm, ShortList, moment_text
from stripe_billing_cli.stripe_api.money import format_amount

Value = TypeVar("Value")
"""The canonical value of a field, in one form."""
PartValue = TypeVar("PartValue", bound=Mapping[str, object])
"""The canonical values of the fields of a part, by their names."""
NOTHING = "none"
"""The text that stands for no value."""
APART = frozenset({"id", "metadata"})
"""Fields of every kind that are not compared like others: which object it is, and the keys of its own."""


class Apart:
    """The mark of a field that its kind compares or sends by itself."""


class Form(Generic[Value]):
    """The form in which a field is compared, sent and shown; the base is that of scalars and lists of scalars.

    What the file writes, and what Stripe answers, is another type for each field: forms of their own name it.

    `in_place`: Stripe changes the field on the existing object. `unset`: Stripe can clear it. `absent`: what None
    stands for, in the file and in Stripe. `is_required`: Stripe has no default for it, whatever the file has.
    """

    def __init__(
        self, *, in_place: bool = False, unset: bool = True, absent: Any = None, is_required: bool = False
    ) -> None:
        self.in_place = in_place
        self.unset = unset
        self.absent = absent
        self.is_required = is_required

    def value(self, file_value: Any) -> Value:
        """Return a value of the file in its canonical form."""
        value: Value = self.absent if file_value is None else file_value
        return value

    def wanted_value(self, content: Any, name: str) -> Value:
        """Return the canonical value of the field of an entry."""
        return self.value(getattr(content, name))

    def existing_value(self, answer: Any, name: str) -> Value:
        """Return the canonical value of the field of an object, or of a part of one."""
        return self.read(answer[name])

    def read(self, stripe_value: Any) -> Value:
        """Return a value of Stripe's in its canonical form."""
        value: Value = self.absent if stripe_value is None else stripe_value
        return value

    def fill_from(self, value: Value, current: Value) -> Value:
        """Return the file's `value` with what the file is silent about taken from `current`, which Stripe holds."""
        return value

    def changes_in_place(self, before: Value, after: Value) -> bool:
        return self.in_place

    def params(self, name: str, value: Value) -> dict[str, Any]:
        """Return the parameters that set the field; the empty string clears it."""
        return {name: "" if value is None or value == [] else value}

    def part_params(self, name: str, value: Value) -> dict[str, Any]:
        """Return the parameters that set the field within a part of an object, where nothing is cleared."""
        return {} if value is None or value in ([], {}) else self.params(name, value)

    def write_keys(self, name: str, value: Value, default: Value | None) -> dict[str, Any]:
        """Return the keys and values by which a file says a value; none where it is what leaving the field out means.

        The values are those that a file is read as: text, whole numbers, `Decimal`, truths, lists and dicts of them.
        """
        return {} if value in (None, [], {}, default) else {name: value}

    def show(self, value: Value, currency: str) -> str:
        return plain_text(value)

    def json(self, name: str, before: Value, after: Value) -> tuple[str, dict[str, object]]:
        return name, {"from": plain(before), "to": plain(after)}


Plain = Form[FieldValue]


class AmountForm(Form[Decimal | None]):
    """An amount in minor units, which file and Stripe write as `x` where it is whole and as `x_decimal` otherwise."""

    def wanted_value(self, content: Any, name: str) -> Decimal | None:
        amount = getattr(content, name)
        exact = Decimal(amount) if amount is not None else getattr(content, f"{name}_decimal")
        return self.value(exact)

    def existing_value(self, answer: Mapping[str, Any], name: str) -> Decimal | None:
        exact = answer.get(f"{name}_decimal")
        return self.read(exact if exact is not None else answer.get(name))

    def read(self, stripe_value: int | str | None) -> Decimal | None:
        return super().read(None if stripe_value is None else Decimal(stripe_value))

    def params(self, name: str, value: Decimal | None) -> dict[str, Any]:
        if value is None:
            return {}
        if value == value.to_integral_value():
            return {name: int(value)}
        return {f"{name}_decimal": format(value, "f")}

    def write_keys(self, name: str, value: Decimal | None, default: Decimal | None) -> dict[str, Any]:
        if value is None or value == default:
            return {}
        is_whole = value == value.to_integral_value()
        return {name: int(value)} if is_whole else {f"{name}_decimal": format(value.normalize(), "f")}

    def show(self, value: Decimal | None, currency: str) -> str:
        return NOTHING if value is None else format_amount(value, currency)

    def json(self, name: str, before: Decimal | None, after: Decimal | None) -> tuple[str, dict[str, object]]:
        amounts = before, after
        if all(amount is None or amount == amount.to_integral_value() for amount in amounts):
            return super().json(name, before, after)
        old, new = (None if amount is None else format(amount.normalize(), "f") for amount in amounts)
        return f"{name}_decimal", {"from": old, "to": new}


class MoneyForm(Form[int | None]):
    """An amount in whole minor units."""

    def show(self, value: int | None, currency: str) -> str:
        return NOTHING if value is None else format_amount(Decimal(value), currency)


class MomentForm(Form[int | None]):
    """A time, which Stripe has in Unix seconds."""

    def write_keys(self, name: str, value: int | None, default: int | None) -> dict[str, Any]:
        return {} if value is None else {name: moment_text(value)}

    def show(self, value: int | None, currency: str) -> str:
        return NOTHING if value is None else moment_text(value)


class DecimalForm(Form[Decimal | None]):
    """An exact number that Stripe answers as a float."""

    def read(self, stripe_value: float | None) -> Decimal | None:
        return super().read(None if stripe_value is None else Decimal(str(stripe_value)))

    def params(self, name: str, value: Decimal | None) -> dict[str, Any]:
        return {name: "" if value is None else format(value, "f")}


class PartForm(Form[PartValue | None], Generic[PartValue]):
    """A part of an object, with fields of its own: a dict of their canonical values."""

    def __init__(self, model: type[BaseModel], **options: Any) -> None:
        super().__init__(**options)
        self.parts = definitions(model)

    def value(self, file_value: Any) -> PartValue | None:
        return None if file_value is None else self.wanted_part(file_value)

    def wanted_part(self, content: BaseModel) -> PartValue:
        """Return the fields of a part that the file writes, which are those that its model has."""
        return cast(PartValue, {part.name: part.form.wanted_value(content, part.name) for part in self.parts})

    def existing_value(self, answer: Mapping[str, object], name: str) -> PartValue | None:
        return self.read(answer.get(name))

    def read(self, stripe_value: Any) -> PartValue | None:
        return None if stripe_value is None else self.existing_part(stripe_value)

    def existing_part(self, answer: Any) -> PartValue:
        """Return the fields of a part that Stripe answers."""
        return cast(PartValue, {part.name: part.form.existing_value(answer, part.name) for part in self.parts})

    def params(self, name: str, value: PartValue | None) -> dict[str, Any]:
        return {name: "" if value is None else self.write(value)}

    def show(self, value: PartValue | None, currency: str) -> str:
        return NOTHING if value is None else self.show_part(value, currency)

    def show_part(self, value: PartValue, currency: str) -> str:
        return plain_text(value)

    def write_keys(self, name: str, value: PartValue | None, default: PartValue | None) -> dict[str, Any]:
        return {} if value is None or value == default else {name: self.written_parts(value)}

    def written_parts(self, value: PartValue) -> dict[str, Any]:
        """Return the keys and values by which a file says the part, where they are not the part's default."""
        params: dict[str, Any] = {}
        for part in self.parts:
            params |= part.write_keys(value[part.name])
        return params

    def write(self, value: PartValue) -> dict[str, Any]:
        params: dict[str, Any] = {}
        for part in self.parts:
            params |= part.form.part_params(part.name, value[part.name])
        return params


class PartsForm(Form[list[PartValue]], Generic[PartValue]):
    """A list of parts of an object."""

    def __init__(self, part: PartForm[PartValue], **options: Any) -> None:
        super().__init__(**options)
        self.part = part

    def value(self, file_value: Sequence[BaseModel] | None) -> list[PartValue]:
        return [self.part.wanted_part(one) for one in file_value or []]

    def existing_value(self, answer: Mapping[str, object], name: str) -> list[PartValue]:
        return self.read(answer.get(name))

    def read(self, stripe_value: Any) -> list[PartValue]:
        return [self.part.existing_part(one) for one in stripe_value or []]

    def write_keys(self, name: str, value: list[PartValue], default: list[PartValue] | None) -> dict[str, Any]:
        return {} if value in ([], default) else {name: [self.part.written_parts(one) for one in value]}

    def params(self, name: str, value: list[PartValue]) -> dict[str, Any]:
        return {name: [self.part.write(one) for one in value] or ""}


class PartsByKeyForm(Form[dict[str, PartValue]], Generic[PartValue]):
    """Parts of an object by key, such as amounts by currency."""

    def __init__(self, part: PartForm[PartValue], **options: Any) -> None:
        super().__init__(**options)
        self.part = part

    def value(self, file_value: Mapping[str, BaseModel] | None) -> dict[str, PartValue]:
        return {key: self.part.wanted_part(one) for key, one in sorted((file_value or {}).items())}

    def existing_value(self, answer: Any, name: str) -> dict[str, PartValue]:
        return self.read(answer.get(name))

    def read(self, stripe_value: Mapping[str, object] | None) -> dict[str, PartValue]:
        return {key: self.part.existing_part(one) for key, one in sorted((stripe_value or {}).items())}

    def write_keys(
        self, name: str, value: dict[str, PartValue], default: dict[str, PartValue] | None
    ) -> dict[str, Any]:
        if value in ({}, default):
            return {}
        return {name: {key: self.part.written_parts(one) for key, one in value.items()}}

    def params(self, name: str, value: dict[str, PartValue]) -> dict[str, Any]:
        return {name: {key: self.part.write(one) for key, one in value.items()} or ""}


@dataclass(frozen=True)
class Definition:
    """A field of a kind. `default` is what Stripe takes where the field is left out of a create.

    `left_out` is what the file means where it leaves the field out; Stripe may have no default for it. `short` is the
    part's key that may stand alone, as `recurring: month` does for `recurring: {interval: month}`.
    """

    name: str
    form: Form[Any]
    default: FieldValue
    short: str | None = None
    left_out: FieldValue = None

    def write_keys(self, value: Any, default: Any = ...) -> dict[str, Any]:
        """Return the keys and values by which a file says the field, in its short form where it has one."""
        params = self.form.write_keys(self.name, value, self.left_out if default is ... else default)
        part = params.get(self.name)
        if self.short and isinstance(part, dict) and part.keys() == {self.short}:
            return {**params, self.name: part[self.short]}
        return params


@cache
def definitions(model: type[BaseModel]) -> tuple[Definition, ...]:
    """Return the fields of a model that are compared, in its order."""
    result = []
    for name, field in model.model_fields.items():
        if name in APART or any(isinstance(mark, Apart) for mark in field.metadata):
            continue
        form = next((mark for mark in field.metadata if isinstance(mark, Form)), None) or form_of(field.annotation)
        left_out = None if field.is_required() else form.value(field.get_default())
        short = next((mark.key for mark in field.metadata if isinstance(mark, ShortForm | ShortList)), None)
        result.append(Definition(name, form, None if form.is_required else left_out, short, left_out))
    return tuple(result)


@cache
def by_place(model: type[BaseModel]) -> tuple[str, ...]:
    """Return the fields of a model that may be others in each account or mode."""
    fields = model.model_fields.items()
    return tuple(
        name
        for name, field in fields
        if name == "id" or any(isinstance(mark, DiffersByPlace) for mark in field.metadata)
    )


@cache
def unclearable_fields(model: type[BaseModel]) -> tuple[Definition, ...]:
    """Return the fields of a model that Stripe can change and not clear."""
    return tuple(field for field in definitions(model) if not field.form.unset)


def form_of(annotation: Any) -> Form[Any]:
    """Return the form that follows from a field's type."""
    bare = _without_none(annotation)
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        return PartForm(bare)
    if bare is Decimal:
        return DecimalForm()
    arguments = get_args(bare)
    if get_origin(bare) is list and _is_model(arguments[0]):
        return PartsForm(PartForm(arguments[0]))
    if get_origin(bare) is dict and _is_model(arguments[1]):
        return PartsByKeyForm(PartForm(arguments[1]))
    return Plain()


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:
        return _without_none(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        [bare] = [choice for choice in get_args(annotation) if choice is not type(None)][:1]
        return _without_none(bare)
    return annotation


def model_within(annotation: Any) -> type[BaseModel] | None:
    """Return the model of a field that is a part of an object, None of any other field."""
    bare = _without_none(annotation)
    return bare if _is_model(bare) else None


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def wanted_fields(content: BaseModel) -> Fields:
    """Return the canonical fields of an entry, without its metadata."""
    return {field.name: field.form.wanted_value(content, field.name) for field in definitions(type(content))}


def existing_fields(model: type[BaseModel], answer: Mapping[str, object]) -> Fields:
    """Return the canonical fields of an object as Stripe has it."""
    return {field.name: field.form.existing_value(answer, field.name) for field in definitions(model)}


def plain_text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {inner}" for key, inner in value.items() if inner is not None)
    return str(value).replace("\n", "\\n")
