"""Metadata, the same for every object: merged, unset key by key, limited."""

from __future__ import annotations

import pytest

from tests.local_stripe.conftest import Local, Refusal

KINDS = pytest.mark.parametrize("kind", ["product", "price"])


def made(local: Local, kind: str, metadata: dict[str, str]) -> str:
    """Return the path of a new object with this metadata."""
    maker = local.product if kind == "product" else local.price
    return f"/v1/{kind}s/{maker(metadata=metadata)['id']}"


@KINDS
def test_an_update_merges(local: Local, kind: str) -> None:
    path = made(local, kind, {"a": "1", "b": "2"})

    assert local.post(path, metadata={"b": "3", "c": "4"})["metadata"] == {"a": "1", "b": "3", "c": "4"}


@KINDS
def test_an_empty_value_removes_its_key(local: Local, kind: str) -> None:
    path = made(local, kind, {"a": "1", "b": "2", "never": ""})

    assert local.get(path)["metadata"] == {"a": "1", "b": "2"}
    assert local.post(path, metadata={"b": "", "unheard": ""})["metadata"] == {"a": "1"}


@KINDS
def test_an_empty_string_removes_all(local: Local, kind: str) -> None:
    path = made(local, kind, {"a": "1", "b": "2"})

    assert local.post(path, metadata="")["metadata"] == {}


@KINDS
def test_keys_and_values_at_their_longest(local: Local, kind: str) -> None:
    metadata = {"k" * 40: "v" * 500, "ключ": "🗝" * 500, "with space & = %": "a+b &=%"}

    assert local.get(made(local, kind, metadata))["metadata"] == metadata


@KINDS
def test_a_key_too_long(local: Local, kind: str) -> None:
    path = made(local, kind, {})

    assert local.refused("post", path, metadata={"k" * 41: "v"}) == Refusal(
        "Metadata keys can have up to 40 characters, but you passed in a key that is 41 characters. "
        f"Invalid key: {'k' * 41}",
        None,
        "metadata",
    )


@KINDS
def test_a_value_too_long(local: Local, kind: str) -> None:
    path = made(local, kind, {})

    assert local.refused("post", path, metadata={"k": "v" * 501}) == Refusal(
        "Metadata values can have up to 500 characters, but you passed in a value that is 501 characters. "
        f"Invalid value: {'v' * 501}",
        None,
        "metadata[k]",
    )


@KINDS
def test_fifty_keys_and_not_one_more(local: Local, kind: str) -> None:
    fifty = {f"key{number}": "v" for number in range(50)}
    path = made(local, kind, fifty)

    refusal = local.refused("post", path, metadata={"another": "v"})
    assert (refusal.status, refusal.param) == (400, "metadata")
    assert "50" in refusal.message
    assert local.get(path)["metadata"] == fifty

    swapped = local.post(path, metadata={"another": "v", "key0": ""})["metadata"]
    assert (len(swapped), swapped["another"]) == (50, "v")


@KINDS
@pytest.mark.parametrize("form", ["metadata=text", "metadata[a][b]=c"])
def test_metadata_is_a_hash_of_texts(local: Local, kind: str, form: str) -> None:
    path = made(local, kind, {"a": "1"})

    reply = local.send("post", path, form)

    assert (reply.status, reply.refusal.param) == (400, "metadata" if form == "metadata=text" else "metadata[a]")
    assert local.get(path)["metadata"] == {"a": "1"}
