"""A resource by its declaration: create, list, retrieve, update and delete, with filters, expansion, events, refusals.

For resources whose calls do what most calls of Stripe's do. What a resource does besides (it charges a card, it bills)
is written in handlers of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from stripe_billing_cli.local_stripe.core import documented, events, identifiers, objects
from stripe_billing_cli.local_stripe.core.documented_form import form
from stripe_billing_cli.local_stripe.core.errors import no_such
from stripe_billing_cli.local_stripe.core.lists import LIST_FIELDS, filter_conditions, page
from stripe_billing_cli.local_stripe.core.metadata import merge_metadata
from stripe_billing_cli.local_stripe.core.parameters import (
    EXPAND,
    EXPAND_ONLY,
    NO_PARAMETERS,
    Field,
    Metadata,
    ObjectParam,
    ParamType,
)
from stripe_billing_cli.local_stripe.core.requests import Api, Call, Route
from stripe_billing_cli.local_stripe.core.store import Object


@dataclass(frozen=True)
class Property:
    """A field that calls can set.

    `required`: a create without it is refused. `default`: what the object says where a create did not. `unset`: the
    empty string of an update sets it to null. `changes`: an update takes it. `filters`: lists take it. `names`: the
    kind of object whose id it is, which must be there, and in whose place it can be expanded.
    """

    type: ParamType
    required: bool = False
    default: Any = None
    unset: bool = False
    changes: bool = True
    filters: bool = False
    names: str = ""


METADATA = Property(Metadata(), unset=True)


def documented_properties(
    path: str, types: Mapping[str, ParamType], defaults: Mapping[str, Any]
) -> dict[str, Property]:
    """Return the properties of a resource whose list is at this address: what Stripe documents that a create takes, and
    which of it an update changes and a list filters by. `types` stand in place of what the documents say."""
    changeable, filters = _documented_parameters(f"POST {path}/{{id}}"), _documented_parameters(f"GET {path}")
    return {
        name: Property(
            field.kind,
            required=field.required,
            default=defaults.get(name),
            unset=name in changeable and changeable[name].unset,
            changes=name in changeable,
            filters=name in filters,
        )
        for name, field in form(f"POST {path}", types).fields.items()
        if name != "expand"
    }


def _documented_parameters(route: str) -> Mapping[str, documented.Parameter]:
    parameters = documented.parameters(route)
    return (parameters.fields if parameters else None) or {}


@dataclass(frozen=True)
class Resource:
    """A declared resource. `noun` and `param` are what Stripe's refusal of an unknown id says; `path` is the address of
    its list.

    `new_id` makes the id of a new object. `other_fields` gives the fields of a new object that are no properties, from
    those that are. `announces`: the verbs of the events that Stripe has, those of calls of another path among them.
    `deletes`: there is a call that deletes. Where no property `changes`, there is no call that updates.
    A call of another path is a `Route` beside these, whose function uses `retrieve` and `change`.
    """

    kind: str
    path: str
    properties: Mapping[str, Property]
    new_id: Callable[[Call], str]
    noun: str
    param: str = "id"
    other_fields: Callable[[Object], Object] = lambda object: {}
    announces: Collection[str] = ("created", "updated", "deleted")
    deletes: bool = False
    sorted_by_time: bool = field(default=True, kw_only=True)
    """Whether objects say when they were created; lists take `created` then, unless Stripe documents them without."""

    @property
    def event_types(self) -> tuple[str, ...]:
        """Return the types of the events that its calls make."""
        return tuple(f"{self.kind}.{verb}" for verb in self.announces if self.deletes or verb != "deleted")

    @property
    def api(self) -> Api:
        """Return everything that is answered for the resource."""
        one = f"{self.path}/{{id}}"
        routes = [
            Route("POST", self.path, self.kind, self._create_form(), self.create),
            Route("GET", self.path, self.kind, self._list_form(), self.list, lists=True),
            Route("GET", one, self.kind, EXPAND_ONLY, self.retrieve),
        ]
        if any(declaration.changes for declaration in self.properties.values()):
            routes.append(Route("POST", one, self.kind, self._update_form(), self.update))
        if self.deletes:
            routes.append(Route("DELETE", one, self.kind, NO_PARAMETERS, self.delete))
        names = {name: (declaration.names,) for name, declaration in self.properties.items() if declaration.names}
        return Api(tuple(routes), expansions={self.kind: names})

    def _create_form(self) -> ObjectParam:
        fields = {
            name: Field(declaration.type, required=declaration.required)
            for name, declaration in self.properties.items()
        }
        return ObjectParam({**fields, "expand": EXPAND})

    def _update_form(self) -> ObjectParam:
        fields = {
            name: Field(declaration.type, unset=declaration.unset)
            for name, declaration in self.properties.items()
            if declaration.changes
        }
        return ObjectParam({**fields, "expand": EXPAND})

    def _list_form(self) -> ObjectParam:
        documented_names = _documented_parameters(f"GET {self.path}") or LIST_FIELDS
        takes_created = self.sorted_by_time and "created" in documented_names
        list_fields = {name: one for name, one in LIST_FIELDS.items() if name != "created" or takes_created}
        filters = {
            name: Field(declaration.type) for name, declaration in self.properties.items() if declaration.filters
        }
        return ObjectParam({**list_fields, **filters})

    def create(self, call: Call) -> Object:
        self._check_named(call)
        values = {name: call.params.get(name, declaration.default) for name, declaration in self.properties.items()}
        for name, declaration in self.properties.items():
            if isinstance(declaration.type, Metadata):
                values[name] = merge_metadata({}, values[name] or {})
        object = {
            "id": self.new_id(call),
            "object": self.kind,
            **({"created": call.now} if self.sorted_by_time else {"_created": call.now}),
            "livemode": False,
            **values,
        }
        object |= self.other_fields(object)
        call.store.insert(self.kind, object)
        self._announce(call, "created", object)
        return object

    def retrieve(self, call: Call) -> Object:
        return objects.find(call, self.kind, call.id, self.param, 404, noun=self.noun)

    def update(self, call: Call) -> Object:
        before = self.retrieve(call)
        self._check_named(call)
        after = {**before, **{name: value for name, value in call.params.items() if name in self.properties}}
        for name, declaration in self.properties.items():
            if isinstance(declaration.type, Metadata) and name in call.params:
                after[name] = merge_metadata(before[name], call.params[name])
        self.change(call, before, after)
        return after

    def change(self, call: Call, before: Object, after: Object, verb: str = "updated") -> None:
        """Store an object that a call changes, and announce that, where anything is different.

        `verb`: the end of the event's type where Stripe has one for this change alone, as `canceled`; only of an update
        does Stripe say what was before (https://docs.stripe.com/api/events/object#event_object-data-previous_attributes).
        """
        if after != before:
            call.store.replace(self.kind, after)
            self._announce(call, verb, after, before if verb == "updated" else None)

    def delete(self, call: Call) -> Object:
        object = self.retrieve(call)
        call.store.delete(self.kind, object["id"])
        self._announce(call, "deleted", object)
        return {"id": object["id"], "object": self.kind, "deleted": True}

    def list(self, call: Call) -> Object:
        filters = {name: declaration for name, declaration in self.properties.items() if declaration.filters}
        plain = " ".join(name for name, declaration in filters.items() if not declaration.names)
        reference_filters = " ".join(name for name, declaration in filters.items() if declaration.names)
        return page(call, self.kind, self.path, filter_conditions(call, plain, reference_filters=reference_filters))

    def _check_named(self, call: Call) -> None:
        for name, declaration in self.properties.items():
            id = call.params.get(name)
            if declaration.names and id is not None and call.store.get(declaration.names, id) is None:
                raise no_such(declaration.names, id, name)

    def _announce(self, call: Call, verb: str, object: Object, before: Object | None = None) -> None:
        if verb in self.announces:
            events.record(call, f"{self.kind}.{verb}", object, before)


def long_id(prefix: str) -> Callable[[Call], str]:
    """Return what makes ids in the form of most objects: `txr_1MowQVLkdIwHu7ixeRlqHVzs`."""
    return lambda call: identifiers.long_id(call, prefix)
