"""The protocol of a kind of object: one class that says everything about it to the catalog.

The file checks, the snapshot, the planner, the executor and the output ask a kind and never name one. A kind says
what it is in class attributes and a model whose fields have forms (`forms.py`), and overrides a method where it
differs. `comparing.py` and `importing.py` have two sides of a kind; `standard.py` plans for kinds field by field.

An object as Stripe has it is `stripe_object` here, and in a kind what the kind calls it: `price`, `link`, `endpoint`.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from pydantic import BaseModel

from stripe_billing_cli.catalog.account_reader import AccountReader, Objects, ReadResult, by_id
from stripe_billing_cli.catalog.diff import FieldChange
from stripe_billing_cli.catalog.entries import AnyEntry, Entry, Fields, Reference
from stripe_billing_cli.catalog.kinds.comparing import ComparedKind, Content
from stripe_billing_cli.catalog.kinds.head import CatalogHead
from stripe_billing_cli.catalog.kinds.importing import ImportedKind
from stripe_billing_cli.catalog.kinds.rules import Path, Report
from stripe_billing_cli.catalog.kinds.usage import Seller, Usage
from stripe_billing_cli.catalog.match import Match, Matcher, match_by_stamp
from stripe_billing_cli.catalog.ownership import Stamp, stamp_of
from stripe_billing_cli.catalog.plan import Change, Create
from stripe_billing_cli.catalog.plan_builder import Blocker, PlanBuilder
from stripe_billing_cli.stripe_api.client import StripeApi
from stripe_billing_cli.stripe_api.objects.common import ObjectT, field_of

EntriesByKind = Mapping[str, Sequence[AnyEntry]]
"""The entries of the file: kind → entries."""
CHOSEN_BY_STRIPE = re.compile(r"[a-z]+_[A-Za-z0-9]{14,}$")


class Kind(ComparedKind[Content, ObjectT], ImportedKind[ObjectT], ABC):
    """A kind of object, described by class attributes; methods stand in the order in which they are asked."""

    name: ClassVar[str]
    """The name of one object, in messages and in the output of plans: `price`."""
    section: ClassVar[str]
    """The key of the file, or of the parent's entry, under which the entries stand: `prices`."""
    section_form: ClassVar[str] = "entries by key"
    """The form of the section, in words."""
    section_text: ClassVar[str]
    """The description of the section in the schema."""
    parent: ClassVar[str | None] = None
    """The kind within whose entries the entries stand."""
    is_usual: ClassVar[bool] = False
    """Whether most catalogs have such entries: counts name them also where there are none, and a key has to read them.
    """
    dependencies: ClassVar[tuple[str, ...]] = ()
    """The kinds whose objects this one refers to."""
    object_type: type[ObjectT]
    """The type that declares what is read of Stripe's objects."""
    path: ClassVar[str]
    """The path by which objects are made and listed: `/v1/prices`."""
    example: ClassVar[str]
    """An example of an entry, for the hint where one has no keys and values: `such as {name: Pro}`."""
    is_subscribed_to: ClassVar[bool] = False
    """Whether subscriptions are on such objects."""
    prune_option: ClassVar[str] = "--prune"
    retire_option: ClassVar[str | None] = None
    """The option that retires an object which a new one has replaced; None: it is retired without an option."""
    unique_params: ClassVar[tuple[str, ...]] = ()
    """Parameters whose values no two objects of an account may share."""

    # ---- The file

    def section_type(self, model: type[BaseModel]) -> Any:
        """Return the type of a section; `model` is that of its entries with the sections within them."""
        return dict[str, model]  # type: ignore[valid-type]  # made at run time

    def entries_of(self, section: Any) -> Any:
        """Return a section as entries by key, where the file writes it in another form; else as it is written."""
        return section

    def place_of(self, key: str, section: Any) -> str | int:
        """Return the key or the number by which an entry stands in its section as it is written."""
        return key

    def refers_to(self, entry: Entry[Content]) -> Iterator[tuple[str, str, Path]]:
        """Yield the kind and key of each entry to which this one refers, and where the reference is written."""
        return iter(())

    def check(self, key: str, content: Content, head: CatalogHead | None, report: Report) -> None:
        """Report what is wrong with one entry by itself; `head` has the catalog's defaults, None where it is wrong."""

    def check_children(self, content: Content, children: Mapping[str, Mapping[str, Any]], report: Report) -> None:
        """Report what is wrong between an entry and those within it: section → key → content, None where wrong."""

    def currency(self, values: Mapping[str, Any], head: CatalogHead | None) -> str | None:
        """Return the currency of an entry's amounts, before it is checked."""
        return None

    def check_entry(self, entry: Entry[Content], report: Report) -> None:
        """Report what is wrong with a completed entry."""

    def complete(self, key: str, content: Content, head: CatalogHead | None) -> Content:
        """Return the content with what the file leaves to the catalog's defaults, or to the key."""
        return content

    def names(self, entry: Entry[Content]) -> Iterator[tuple[str, str, Path]]:
        """Yield the names that no other entry may have too: a word for the name, the name, and where it is written."""
        if entry.adopted_id:
            yield f"{self.name} id", entry.adopted_id, ("id",)

    def stamp(self, entry: Entry[Content], catalog: str) -> Stamp:
        return Stamp(catalog, entry.key, None if self.key_is_id else entry.adopted_id)

    def check_references(self, entry: Entry[Content], entries: Mapping[Reference, AnyEntry], report: Report) -> None:
        """Report what is wrong between an entry and the entries that it refers to."""

    def resolve(self, entry: Entry[Content], entries: Mapping[Reference, AnyEntry]) -> Fields:
        """Return the fields with ids for the keys of other entries, as far as the file says the ids."""
        return dict(entry.fields)

    def linked_fields(self, entry: Entry[Content], ids: Mapping[Reference, str | None]) -> Fields:
        """Return the fields with ids for the keys of other entries, or a `Reference` to an object still to be made."""
        return dict(entry.fields)

    # ---- The account

    def created_at(self, stripe_object: ObjectT) -> int:
        """Return when an object was created; 0 where Stripe does not say, and lists by it all the same."""
        seconds = field_of(stripe_object, "created")
        assert isinstance(seconds, int)
        return seconds

    def read(self, reader: AccountReader, entries_by_kind: EntriesByKind, whole: bool) -> ReadResult[ObjectT]:
        """Read what concerns the entries of the file, or, with `whole`, all there is.

        Where the file has no entry of this kind, an account is asked only for the sake of pruning.
        """
        return ReadResult(by_id(reader.all(self.object_type, self.path)) if whole or entries_by_kind[self.name] else {})

    def read_pointing(self, reader: AccountReader, replaced_ids: Collection[str]) -> Iterable[ObjectT]:
        """Return the objects that point at replaced ones, and that have to follow them though no entry names them.

        Asked where the file has no entry of this kind; of another one, `read` has returned them.
        """
        return ()

    def is_active(self, stripe_object: ObjectT) -> bool:
        """Return whether an object is not retired; what is deleted rather than archived is not while it is there."""
        return self.retirement == "delete" or bool(field_of(stripe_object, "active"))

    def label(self, stripe_object: ObjectT) -> str | None:
        """Return the label of an object where it is listed as unmanaged."""
        name = field_of(stripe_object, self.named_by)
        return None if name is None else str(name)

    def mark_of_account(self, stripe_object: ObjectT) -> str | None:
        """Return the path of an object that no other account can have, because Stripe chose its id."""
        has_path = "{" not in self.path and CHOSEN_BY_STRIPE.match(stripe_object["id"])
        return f"{self.path}/{stripe_object['id']}" if has_path else None

    def points_at(self, stripe_object: ObjectT) -> tuple[str, ...]:
        """Return the ids of the objects to which an object belongs."""
        return ()

    def blocks(self, stripe_object: ObjectT, *, is_ours: bool) -> Iterator[tuple[str, Blocker]]:
        """Yield the ids of objects that are not retired while this one points at them.

        `is_ours`: the catalog owns this one, or the file adopts it.
        """
        return iter(())

    def is_unmanaged(self, stripe_object: ObjectT, objects: Objects, named_ids: Collection[str]) -> bool:
        """Return whether an object that no entry names counts as left over; `named_ids` are those that entries name."""
        return self.is_active(stripe_object)

    def address(self, stripe_object: ObjectT) -> str | None:
        """Return the URL at which people reach an object; None where Stripe makes up none."""
        return None

    def usage(self, api: StripeApi, stripe_object: ObjectT) -> str | None:
        """Return the users of an object that is being replaced, in words."""
        return None

    def sellers(self, api: StripeApi) -> Iterator[Seller]:
        """Yield the account's objects of this kind by which others are sold, of a long list the newest."""
        return iter(())

    def usage_of(self, api: StripeApi, stripe_object: ObjectT, *, count: bool) -> Usage:
        """Return the users of an object that is being retired; with `count`, their number, however many calls it takes.

        Asked of every object that is replaced and, where `is_subscribed_to`, of each that is archived.
        """
        return Usage(self.usage(api, stripe_object))

    def stamp_on(self, stripe_object: ObjectT) -> Stamp | None:
        """Return the stamp that an object carries; an object without metadata carries none."""
        return stamp_of(stripe_object) if self.has_metadata else None

    def is_ours(self, stripe_object: ObjectT, catalog: str) -> bool:
        """Return whether an object that no entry names is this catalog's to prune."""
        stamp = self.stamp_on(stripe_object)
        return stamp is not None and stamp.catalog == catalog

    # ---- Matching

    def match(self, matcher: Matcher[ObjectT], entry: Entry[Content]) -> Match[ObjectT]:
        """Find what Stripe holds of an entry; conflicts go to `matcher`."""
        return match_by_stamp(matcher, entry)

    # ---- Planning

    @abstractmethod
    def plan(self, entry: Entry[Content], match: Match[ObjectT], builder: PlanBuilder) -> Change | None:
        """Plan what makes the account hold an entry; None where nothing has to change."""

    def plan_links(
        self,
        entry: Entry[Content],
        match: Match[ObjectT],
        change: Change | None,
        builder: PlanBuilder,
        *,
        is_planned: bool,
    ) -> Change | None:
        """Plan what points at objects below the entry, once those are planned.

        `change` is the entry's own so far; `is_planned` is False where the entry itself is not to be changed.
        """
        return change

    def review(
        self, entry: Entry[Content], match: Match[ObjectT], fields: Mapping[str, FieldChange], builder: PlanBuilder
    ) -> None:
        """Warn of what a reviewer may miss in an entry that is made or changed, in these fields."""

    def plan_dropped(self, parent: AnyEntry, match: Match[Any], builder: PlanBuilder) -> None:
        """Plan what becomes of objects within an entry that the file named once and does not name any more.

        Only for kinds whose objects are parts of their parent's: others are retired by pruning.
        """

    def plan_unnamed(self, stripe_object: ObjectT, builder: PlanBuilder) -> None:
        """Plan what becomes of an object that no entry names, nothing prunes, and that points at replaced ones."""

    @abstractmethod
    def plan_pruning(self, stripe_object: ObjectT, builder: PlanBuilder) -> None:
        """Plan the retirement of an object whose entry is gone."""

    def find_created(self, api: StripeApi, create: Create[ObjectT], params: Mapping[str, Any]) -> ObjectT | None:
        """Read back what a create made, if it failed and made it all the same, or another run did; None if not."""
        newest, _ = api.page(self.path, {}, kind=self.object_type)
        return next(
            (
                stripe_object
                for stripe_object in newest
                if stripe_object["id"] not in create.state and stamp_of(stripe_object) == stamp_of(params)
            ),
            None,
        )
