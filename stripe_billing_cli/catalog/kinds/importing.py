"""The side of a kind that import asks: which objects of an account are read and left out, and how a file says each.

`Kind` inherits this. What the base derives from a kind's model suffices where an object refers to no other; a kind
whose objects do overrides `object_references` and `file_fields`.
"""

from __future__ import annotations

import re
import unicodedata
from abc import ABC
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic

from stripe_billing_cli.catalog.account_reader import AccountReader, Objects
from stripe_billing_cli.catalog.entries import Fields
from stripe_billing_cli.catalog.kinds.forms import Definition
from stripe_billing_cli.catalog.ownership import METADATA_KEYS, RESERVED, Stamp
from stripe_billing_cli.stripe_api.objects.common import ObjectT, field_of, metadata_of

GENERATED_ID = re.compile(r"[a-z]+_(?:(?:test|live)_)?(?=[A-Za-z0-9]*[A-Z0-9])[A-Za-z0-9]{12,}$")
"""An id that Stripe made up."""
LONGEST_KEY = 60


@dataclass(frozen=True)
class ImportScope:
    """The objects of an account that an import reads.

    `archived`: also what is archived. `parents` are ids of objects with others within them: only these and theirs.
    """

    archived: bool = False
    parents: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ImportFile:
    """The file that an import writes: the name of its catalog, and the keys that it gives the account's objects.

    `head` has the catalog's defaults, by the names of fields; `keys` the keys of what is written, by kind and id.
    """

    catalog: str
    head: Mapping[str, Any] = field(default_factory=dict)
    keys: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def key_of(self, kind: str, object_id: str) -> str:
        """Return the key by which the file knows an object, or its id where the file does not have it."""
        return self.keys.get((kind, object_id), object_id)


class ImportedKind(ABC, Generic[ObjectT]):
    """The side of a kind that import asks; methods stand in the order in which they are asked."""

    name: ClassVar[str]
    path: ClassVar[str]
    object_type: type[ObjectT]
    named_by: ClassVar[str]
    key_is_id: ClassVar[bool] = False
    """Whether an entry's key is the object's id, unless the entry adopts another."""
    is_part_of_parent: ClassVar[bool] = False
    """Whether objects come with the object within whose entry they stand, and never bring it."""
    names_within: ClassVar[tuple[str, ...]] = ()
    """The kinds within it that `object_references` names."""
    own_metadata: ClassVar[frozenset[str]] = RESERVED
    """The keys of metadata that are billing's and stand in no file."""
    head_fields: ClassVar[tuple[str, ...]] = ()
    """The fields whose commonest value a catalog says once, as a default."""

    @property
    def definitions(self) -> tuple[Definition, ...]:
        raise NotImplementedError

    @property
    def has_metadata(self) -> bool:
        raise NotImplementedError

    def existing_fields(self, stripe_object: ObjectT) -> Fields:
        raise NotImplementedError

    def stamp_on(self, stripe_object: ObjectT) -> Stamp | None:
        raise NotImplementedError

    def is_active(self, stripe_object: ObjectT) -> bool:
        raise NotImplementedError

    # ---- What is read and chosen

    def read_all(self, reader: AccountReader, scope: ImportScope) -> Iterable[ObjectT]:
        """Return all objects of the kind that the account holds, with everything that a file can say of them."""
        return reader.all(self.object_type, self.path)

    def read_rest(self, reader: AccountReader, objects: Iterable[ObjectT]) -> Iterable[ObjectT]:
        """Return the objects, of those chosen, of which a list of Stripe's does not say everything, read whole."""
        return ()

    def is_on_offer(self, stripe_object: ObjectT, objects: Objects) -> bool:
        """Return whether an object is written also without `--archived`."""
        return self.is_active(stripe_object)

    def reason_left_out(self, stripe_object: ObjectT) -> str | None:
        """Return the name, in the plural, of the objects like this one that no file is to have; None for others."""
        return None

    def reasons_left_out(self, objects: Mapping[str, ObjectT]) -> Mapping[str, str]:
        """Return `reason_left_out` by id, of all objects of the kind together."""
        reasons = ((object_id, self.reason_left_out(stripe_object)) for object_id, stripe_object in objects.items())
        return {object_id: reason for object_id, reason in reasons if reason}

    def parent_id(self, stripe_object: ObjectT) -> str | None:
        """Return the id of the object within whose entry this one's stands."""
        return None

    def object_references(self, stripe_object: ObjectT) -> Iterator[tuple[str, str]]:
        """Yield kind and id of the objects, beside its parent, without which an entry says nothing."""
        return iter(())

    # ---- How the file says it

    def key_text(self, stripe_object: ObjectT, file: ImportFile) -> str:
        """Return the text from which the key of an object that bears no stamp is made."""
        if self.key_is_id and not GENERATED_ID.match(stripe_object["id"]):
            return stripe_object["id"]
        return readable_key(str(field_of(stripe_object, self.named_by) or self.name))

    def adopted_id(self, key: str, stripe_object: ObjectT, file: ImportFile) -> str | None:
        """Return the `id:` by which the entry finds its object; None where the key or the stamp finds it."""
        stamp = self.stamp_on(stripe_object)
        if stamp is None or stamp.catalog != file.catalog:
            return stripe_object["id"]
        if self.key_is_id:
            return None if key == stripe_object["id"] else stripe_object["id"]
        return stamp.adopted_id

    def file_fields(self, stripe_object: ObjectT, file: ImportFile) -> Fields:
        """Return the fields of an object with the keys of what it refers to."""
        return self.existing_fields(stripe_object)

    def file_defaults(self, key: str, file: ImportFile) -> Mapping[str, Any]:
        """Return the values of fields that an entry leaves out, where they are not Stripe's defaults."""
        return {name: file.head[name] for name in self.head_fields if file.head.get(name) is not None}

    def file_values(self, key: str, stripe_object: ObjectT, file: ImportFile) -> dict[str, Any]:
        """Return the keys and values of an object's entry, as a file is read, without the entries within it."""
        adopted_id = self.adopted_id(key, stripe_object, file)
        values: dict[str, Any] = {"id": adopted_id} if adopted_id else {}
        fields, defaults = self.file_fields(stripe_object, file), self.file_defaults(key, file)
        for definition in self.definitions:
            values |= definition.write_keys(fields[definition.name], defaults.get(definition.name, definition.left_out))
        metadata = self.file_metadata(stripe_object, file)
        return values | ({"metadata": metadata} if metadata else {})

    def file_metadata(self, stripe_object: ObjectT, file: ImportFile) -> dict[str, str]:
        """Return the metadata of an object; of one that bears the catalog's stamp, what a file has set."""
        if not self.has_metadata:
            return {}
        metadata = metadata_of(stripe_object)
        stamp = self.stamp_on(stripe_object)
        if stamp and stamp.catalog == file.catalog:
            file_keys = metadata.get(METADATA_KEYS, "").split(",")
            return {key: metadata[key] for key in file_keys if key in metadata}
        return {key: value for key, value in metadata.items() if key not in self.own_metadata}

    def section_values(self, entries: Mapping[str, Any]) -> Any:
        """Return a section with these entries, by key, as it is written."""
        return dict(entries)


def readable_key(text: str) -> str:
    """Return a key made from a name: lower-case letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain.lower())
    key = ""
    for word in words:
        if key and len(key) + len(word) >= LONGEST_KEY:
            break
        key = f"{key}-{word}" if key else word[:LONGEST_KEY]
    return key
