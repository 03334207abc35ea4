"""Which types of events an action of the command line is for."""

from __future__ import annotations

import pytest

from stripe_billing_cli.cli.listen_actions import actions


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("exec=a forward_to=http://b", {"a": (), "http://b": ()}),
        ("exec=a events=x.y", {"a": ("x.y",)}),
        ("exec=a events=x.y forward_to=http://b", {"a": ("x.y",), "http://b": ()}),
        ("exec=a events=x.y,z.* on=access-granted forward_to=http://b on=access-revoked",
         {"a": ("x.y", "z.*", "access.granted"), "http://b": ("access.revoked",)}),
        ("events=x.y exec=a events=z.* exec=b", {"a": ("x.y", "z.*"), "b": ("x.y",)}),
        ("on=access-granted on=access-revoked exec=a exec=b",
         {"a": ("access.granted", "access.revoked"), "b": ("access.granted", "access.revoked")}),
    ],
)  # fmt: skip
def test_types_belong_to_the_action_that_they_follow(line: str, expected: dict[str, tuple[str, ...]]) -> None:
    options = [part.split("=", 1) for part in line.split()]

    def values(name: str) -> list[str]:
        return [value for option, value in options if option == name]

    order = ["execute" if name == "exec" else name for name, _ in options]
    made = actions(order, values("exec"), values("forward_to"), values("events"), values("on"), 30.0, None)

    assert {action.target: action.events for action in made} == expected
