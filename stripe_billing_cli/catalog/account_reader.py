"""The reads of what an account holds, side by side; kinds say which."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from stripe_billing_cli.catalog.long_list import LongList
from stripe_billing_cli.catalog.parallel_pages import Sweep
from stripe_billing_cli.stripe_api.client import PAGE, StripeApi
from stripe_billing_cli.stripe_api.errors import InvalidRequestError, NotFoundError, PermissionMissingError
from stripe_billing_cli.stripe_api.objects.common import DatedObjectT, IdentifiedObject, ObjectT, SearchResult
from stripe_billing_cli.stripe_api.threads import result_of, results_of

Item = TypeVar("Item")
Read = TypeVar("Read")
Objects = Mapping[str, Mapping[str, IdentifiedObject]]
"""The objects that an account holds: kind → id → object."""


@dataclass(frozen=True)
class ReadResult(Generic[ObjectT]):
    """The objects of one kind that were read, by id; `complete`: they are all that the account has."""

    objects: dict[str, ObjectT] = field(default_factory=dict)
    complete: bool = True


class AccountReader:
    """The calls that read an account. They run in `pool`, which no reader itself runs in.

    Each names the declared type of the objects that it is answered with.

    `results` fills with the objects of each kind; `progress` is called with the number of objects of each page;
    `catalog` is the name of the catalog that the account is read for.
    """

    def __init__(
        self,
        api: StripeApi,
        pool: ThreadPoolExecutor,
        progress: Callable[[int], None] = lambda count: None,
        catalog: str | None = None,
    ) -> None:
        self._api = api
        self._pool = pool
        self._progress = progress
        self.catalog = catalog
        self.results: dict[str, Future[ReadResult[IdentifiedObject]]] = {}

    def objects(self, kind: str, object_type: type[ObjectT]) -> Mapping[str, ObjectT]:
        """Return the objects of a kind on which another depends, once they are read."""
        return cast(Mapping[str, ObjectT], result_of(self.results[kind]).objects)

    def pages(self, object_type: type[ObjectT], path: str, params: Mapping[str, Any]) -> Iterator[list[ObjectT]]:
        for page in self._api.pages(path, params, kind=object_type):
            self._progress(len(page))
            yield page

    def page(self, object_type: type[ObjectT], path: str, params: Mapping[str, Any]) -> tuple[list[ObjectT], bool]:
        objects, more = self._api.page(path, params, kind=object_type)
        self._progress(len(objects))
        return objects, more

    def all(self, object_type: type[ObjectT], path: str, params: Mapping[str, Any] | None = None) -> list[ObjectT]:
        return [stripe_object for page in self.pages(object_type, path, params or {}) for stripe_object in page]

    def one(self, object_type: type[ObjectT], path: str, params: Mapping[str, Any] | None = None) -> ObjectT | None:
        """Return an object, or None where the account does not have it."""
        try:
            return self._api.get(path, params, kind=object_type)
        except NotFoundError:
            return None

    def of_parent(self, object_type: type[ObjectT], path: str, params: Mapping[str, Any]) -> list[ObjectT]:
        """Return the objects of a parent; none where there is no such parent, which is a wrong parameter to Stripe."""
        try:
            return self.all(object_type, path, params)
        except NotFoundError:
            return []

    def search(
        self, object_type: type[ObjectT], path: str, query: str, *, pages_at_most: int
    ) -> dict[str, ObjectT] | None:
        """Return by id what Stripe's search finds, which lags behind writes; None where it finds more than so many
        pages, or there is no search: not in every country, nor for every key (https://docs.stripe.com/search)."""
        objects: dict[str, ObjectT] = {}
        params: dict[str, Any] = {"query": query, "limit": PAGE}
        for _ in range(pages_at_most):
            try:
                result = self._api.get(f"{path}/search", params, kind=SearchResult)
            except (PermissionMissingError, InvalidRequestError):
                return None
            objects |= by_id(result["data"])
            if result["next_page"] is None:
                return objects
            params = {**params, "page": result["next_page"]}
        return None

    def sweep(
        self, object_type: type[DatedObjectT], path: str, params: Mapping[str, Any], *, expected_count: int
    ) -> ReadResult[DatedObjectT]:
        """Read a long list in several places at once; `expected_count` is about how many objects there are."""
        sweep = Sweep(self._part_of(object_type, path, params), expected_count=expected_count, pages_at_most=None)
        return ReadResult(by_id(sweep.run(self._pool)))

    def long_list(
        self, object_type: type[DatedObjectT], path: str, params: Mapping[str, Any], *, expected_count: int
    ) -> LongList[DatedObjectT]:
        """Return a list of which as much is read as is worth it."""
        return LongList(self._part_of(object_type, path, params), self._pool, expected_count=expected_count)

    def _part_of(
        self, object_type: type[DatedObjectT], path: str, params: Mapping[str, Any]
    ) -> Callable[[Mapping[str, Any]], tuple[list[DatedObjectT], bool]]:
        """Return a function that reads a page of a part of a list."""
        return lambda part: self._api.page(path, {**params, **part}, kind=object_type)

    def each(self, read: Callable[[Item], Read], items: Iterable[Item]) -> list[Read]:
        """Read for each item, side by side, in the order of the items."""
        return results_of([self._pool.submit(read, item) for item in items])


def by_id(objects: Iterable[ObjectT]) -> dict[str, ObjectT]:
    return {stripe_object["id"]: stripe_object for stripe_object in objects}


def calls_for(objects: int, a_call: int | None = None) -> int:
    """Return the number of calls that read so many objects, a page each, or `a_call` objects each."""
    return -(-objects // (a_call or PAGE))


def batches(items: Sequence[str], size: int | None = None) -> list[list[str]]:
    size = size or PAGE
    return [list(items[start : start + size]) for start in range(0, len(items), size)]


def objects_of(objects: Objects, kind: str, object_type: type[ObjectT]) -> Mapping[str, ObjectT]:
    """Return the account's objects of a kind, whose objects are of this declared type."""
    return cast(Mapping[str, ObjectT], objects[kind])


def is_full(page: Sequence[IdentifiedObject]) -> bool:
    return len(page) == PAGE
