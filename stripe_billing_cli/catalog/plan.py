"""The plan: what must happen in Stripe for it to hold what a catalog wants. Values only.

A `Change` is what a person reviews: one object, what changes on it and why. Its operations are the writes to Stripe
that make it; each knows the operations that must have succeeded before it. Printing reads the changes,
`executor.py` carries out the operations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol

from stripe_billing_cli.catalog.diff import FieldChange
from stripe_billing_cli.catalog.entries import NOWHERE, AnyEntry, FieldValue, Location, Reference
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.common import IdentifiedObject, ObjectT

Action = Literal["create", "update", "replace", "archive", "delete", "attach", "detach", "disable"]
COUNTED: tuple[Action, ...] = ("create", "update", "replace", "archive")
"""The actions that a summary counts even where there are none."""
OCCASIONAL: tuple[Action, ...] = ("delete", "attach", "detach", "disable")
"""The actions that a summary counts where there are some."""

RETIRING: tuple[Action, ...] = ("archive", "delete", "disable")
MANY, MANY_OF = 10, 5
"""So many objects, or so large a part of what is managed, a fifth, are not retired without a question."""


class ChangedKind(Protocol):
    """The questions that the output of a plan asks the kind of a changed object."""

    @property
    def name(self) -> str: ...

    def title(self, change: Change) -> str:
        """Return the text of a new object's first line after its key."""

    def is_in_title(self, change: Change, name: str) -> bool:
        """Return whether the first line of a new object says this field already, or nobody reviews it."""

    def show(self, change: Change, name: str, value: FieldValue) -> str:
        """Return the value of a field as a person reads it."""

    def json_field(self, name: str, field: FieldChange) -> tuple[str, dict[str, object]]:
        """Return the name of a changed field in JSON, with its `from` and `to`."""


@dataclass(eq=False, kw_only=True)
class Operation:
    """An operation: one write to Stripe.

    Values of `params` may be `Reference`s, which are replaced by ids when the operation is carried out; the
    operation waits for those that make what it refers to.
    """

    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    makes: Reference | None = None
    """The object that can be referred to once this is done."""
    frees: tuple[str, ...] = ()
    """The ids of objects that are no longer pointed at once this is done."""
    after: tuple[Reference, ...] = ()
    """Objects that must be there before, beside those in `params`."""
    after_freed: tuple[str, ...] = ()
    """The ids of objects that nothing may point at any more before this is done."""
    needs: tuple[Operation, ...] = ()
    """The operations that must have succeeded before; those that follow from the fields above are added in the end."""


@dataclass(eq=False, kw_only=True)
class Create(Operation, Generic[ObjectT]):
    """An operation that makes an object, exactly once whatever is cut off.

    `state` is what Stripe holds in its place when this is decided; it goes into the idempotency key, so that creating
    an object once more at another time is another request. `find` reads back what was made, or another run made.
    """

    object_type: type[ObjectT]
    find: Callable[[StripeApi, Create[ObjectT], Mapping[str, Any]], ObjectT | None]
    state: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """Parameters whose values only one object can have: another run that was faster has taken them."""
    address: Callable[[ObjectT], str | None] = lambda stripe_object: None
    """Says where people reach the object that is made, where Stripe makes up such an address."""


@dataclass(eq=False, kw_only=True)
class CreateWithSecret(Create[ObjectT]):
    """An operation that makes an object whose secret Stripe shows once, in the answer to its creation.

    The secret is stored, and only then does the update `confirm` mark the object as one that counts. `abandoned_ids`
    are those of objects that a run made and did not confirm: for 24 hours Stripe answers the same create with the same
    object and its secret; what it does not answer with any more is deleted.
    """

    key: str
    """The key of the entry that the object is made for."""
    confirm: Mapping[str, Any]
    abandoned_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewSecret:
    """A secret that Stripe does not show again, and the object and the entry of the file whose secret it is."""

    key: str
    id: str
    secret: str = field(repr=False)


KeepSecret = Callable[[NewSecret], None]
"""Stores a secret: when it returns, the secret is safe."""


@dataclass(eq=False, kw_only=True)
class Update(Operation):
    """An operation that sets fields of an object to values; repeating it is harmless."""


@dataclass(eq=False, kw_only=True)
class Delete(Operation):
    """An operation that removes an object; an object that is gone already is success."""


@dataclass(frozen=True)
class Move:
    """A name, such as a lookup key, that one object takes from another."""

    field: str
    value: str
    from_id: str


@dataclass(eq=False)
class Change:
    """A change of one object: as Stripe has it, and the entry by which the file wants it; either may be None."""

    action: Action
    kind: ChangedKind
    key: str
    stripe_object: IdentifiedObject | None
    entry: AnyEntry | None
    fields: dict[str, FieldChange]
    reason: str
    question: str | None = None
    """The statement that a person has to agree to, in test mode too, of what cannot be taken back."""
    operations: list[Operation] = field(default_factory=list)
    moves: tuple[Move, ...] = ()
    """The names that the object takes from others."""
    old_stays: bool = False
    """Whether the object that is replaced stays active, because something else still points at it."""

    @property
    def retires(self) -> bool:
        """Return whether the object goes, and none took its place."""
        active = self.fields.get("active")
        if self.action == "update":
            return active is not None and active.after is False
        return self.action in RETIRING and self.entry is None

    @property
    def id(self) -> str | None:
        """Return the object's id now: None for one to be created, the old one's for a replacement."""
        return self.stripe_object["id"] if self.stripe_object else None


@dataclass(frozen=True)
class Note:
    """A note that a reviewer should read beside the changes, about the entry of the file that `kind` and `key` name,
    if any.

    `warning`: the plan does what it says, and it may not be meant. Any other note is of what stays different from the
    file, or of what Stripe did by itself.
    """

    message: str
    kind: str | None = None
    key: str | None = None
    where: Location = NOWHERE
    """Where the entry stands in the file."""
    warning: bool = False


@dataclass(frozen=True)
class UnmanagedObject:
    """An active object of the account that the file does not name.

    `retirement` is what `prune_option` does to it, where it carries this catalog's stamp.
    """

    kind: str
    id: str
    name: str | None = None
    retirement: Action | None = None
    prune_option: str = "--prune"


@dataclass(frozen=True)
class Plan:
    catalog: str
    account: str | None
    livemode: bool
    changes: tuple[Change, ...] = ()
    unmanaged: tuple[UnmanagedObject, ...] = ()
    unchanged: int = 0
    unmarked: int = 0
    """The number of unchanged objects that the file adopts by `id:` and that do not bear the catalog's mark yet."""
    notes: tuple[Note, ...] = ()
    complete: bool = True
    """Whether the whole account was read, so that `unmanaged` is all there is."""
    ids: Mapping[Reference, str] = field(default_factory=dict)
    """The ids of the catalog's objects that exist and stay."""
    managed: int = 0
    """The number of the account's active objects that are the catalog's."""
    marks_of_account: tuple[str, ...] = ()
    """The paths of some objects that no other account has."""
    source: str = ""
    """The name of the file that the catalog was read from."""

    def operations(self) -> Iterator[Operation]:
        return (operation for change in self.changes for operation in change.operations)

    def replaced_ids(self) -> frozenset[str]:
        """Return the ids of the objects of which another one takes the place."""
        return frozenset(
            change.stripe_object["id"]
            for change in self.changes
            if change.stripe_object and (change.action == "replace" or (change.entry and change.action in RETIRING))
        )

    def questions(self) -> tuple[str, ...]:
        """Return the statements that a person has to agree to, in test mode too."""
        retirement_count = sum(change.retires for change in self.changes)
        statements: tuple[str, ...] = ()
        if retirement_count > MANY or retirement_count * MANY_OF > self.managed:
            statements = (
                f"{retirement_count:,} of {self.managed:,} active objects of catalog {self.catalog} are retired",
            )
        return (*statements, *(change.question for change in self.changes if change.question))

    def with_secrets(self) -> list[Change]:
        """Return the changes that make an object with a secret."""
        return [
            change
            for change in self.changes
            if any(isinstance(operation, CreateWithSecret) for operation in change.operations)
        ]

    def summary(self) -> dict[str, int]:
        counts: dict[str, int] = {action: self._count(action) for action in COUNTED}
        counts |= {action: self._count(action) for action in OCCASIONAL if self._count(action)}
        counts["unchanged"] = self.unchanged
        return counts | ({"unmarked": self.unmarked} if self.unmarked else {})

    def _count(self, action: Action) -> int:
        return sum(change.action == action for change in self.changes)


def resolve(params: Mapping[str, Any], ids: Mapping[Reference, str]) -> dict[str, Any]:
    """Return parameters with the ids that their references stand for."""
    return {name: _resolve_value(value, ids) for name, value in params.items()}


def _resolve_value(value: object, ids: Mapping[Reference, str]) -> object:
    match value:
        case Reference():
            return ids[value]
        case Mapping():
            return {name: _resolve_value(inner, ids) for name, inner in value.items()}
        case list() | tuple():
            return [_resolve_value(inner, ids) for inner in value]
    return value


def references(value: object) -> Iterator[Reference]:
    """Yield the references in parameters."""
    match value:
        case Reference():
            yield value
        case Mapping():
            for inner in value.values():
                yield from references(inner)
        case list() | tuple():
            for inner in value:
                yield from references(inner)
