"""Recordings are played against the local Stripe: each request is sent, and its answer compared with Stripe's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from stripe_billing_cli.local_stripe.core import accounts
from stripe_billing_cli.local_stripe.transport import LocalTransport
from tests.recorded.matching import Difference, NotAnsweredError, differences, resolve
from tests.recorded.shapes import Shapes, load, with_number

DATA = Path(__file__).parent / "data"
BASE = "https://api.stripe.com"
START = 1_789_964_400
"""21 September 2026, 04:20 UTC: the recordings are of that night and the one before."""


@dataclass(frozen=True)
class Step:
    """A recorded request and its answer. `after`: seconds that passed before it."""

    number: int
    method: str
    path: str
    params: Mapping[str, Any]
    answer: Any
    status: int = 200
    name: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    after: int = 0

    @property
    def request(self) -> str:
        params = f" {json.dumps(self.params, ensure_ascii=False)}" if self.params else ""
        return f"{self.method} {self.path}{params}"


@dataclass(frozen=True)
class Recording:
    """The steps of one recorded run. `follows` names the run before it in the same account."""

    name: str
    steps: tuple[Step, ...]
    follows: str | None


@dataclass(frozen=True)
class StepResult:
    """A step that has been played, with all that is different."""

    step: Step
    request: str
    differences: tuple[Difference, ...]
    answer: Any = None


@dataclass
class Clock:
    now: float = START

    def __call__(self) -> float:
        return self.now


class Account:
    """A new account in Canada on the local Stripe, as the recorded one is."""

    def __init__(self, path: Path) -> None:
        self.clock = Clock()
        self._transport = LocalTransport(path, clock=self.clock)
        store = self._transport.store
        account = self._transport.router.account()
        with store.writing():
            accounts.change_country(store, account, "CA", "cad")

    def close(self) -> None:
        self._transport.close()

    def call(
        self, method: str, path: str, params: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any, Mapping[str, str]]:
        """Return the status, the body and the headers of an answer."""
        form = urlencode(list(fields(params)))
        in_query = method != "POST" and form
        sent = {
            "Authorization": "Bearer sk_test_recorded",
            "Content-Type": "application/x-www-form-urlencoded",
            **(headers or {}),
        }
        url = f"{BASE}{path}?{form}" if in_query else f"{BASE}{path}"
        body, status, answer_headers = self._transport.request(method, url, sent, form if method == "POST" else None)
        return status, json.loads(body), answer_headers

    def play(self, recording: Recording) -> Iterator[StepResult]:
        """Play the steps in order, and yield the result of each."""
        answers: dict[str, Any] = {}
        for step in recording.steps:
            self.clock.now += step.after
            result = self._play_step(step, answers)
            if step.name:
                answers[step.name] = result.answer
            yield result

    def _play_step(self, step: Step, answers: Mapping[str, Any]) -> StepResult:
        try:
            path, params, headers = resolve([step.path, step.params, step.headers], answers)
        except NotAnsweredError as error:
            return StepResult(step, step.request, (Difference("request", str(error), "not sent"),))
        status, body, _ = self.call(step.method, path, params, headers)
        request = Step(step.number, step.method, path, params, None).request
        result_differences = compare(step, status, body, answers, int(self.clock.now))
        return StepResult(step, request, result_differences, body)


def compare(step: Step, status: int, body: Any, answers: Mapping[str, Any], now: int) -> tuple[Difference, ...]:
    """Return all differences of an answer; where an error came for an object, or an object for an error, only that."""
    result_differences = [Difference("status", step.status, status)] if status != step.status else []
    if ("error" in step.answer) != ("error" in body):
        return (*result_differences, Difference("answer", _summary(step.answer), _summary(body)))
    return (*result_differences, *differences(step.answer, body, answers, now))


def _summary(answer: Any) -> Any:
    if "error" in answer:
        return {key: answer["error"].get(key) for key in ("message", "code", "param")}
    return {key: answer[key] for key in ("object", "id", "status") if key in answer}


def fields(params: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield parameters as form fields: `items[0][price]`."""
    if isinstance(params, dict):
        for key, value in params.items():
            yield from fields(value, f"{name}[{key}]" if name else key)
    elif isinstance(params, list):
        for index, value in enumerate(params):
            yield from fields(value, f"{name}[{index}]")
    else:
        yield name, str(params).lower() if isinstance(params, bool) else str(params)


@cache
def recordings() -> Mapping[str, Recording]:
    """Return all recordings by name, each after the recording that it follows."""
    common = load(DATA / "shapes.yaml")
    read = [_recording(path, common) for path in sorted(DATA.glob("recordings/*.yaml"))]
    return {recording.name: recording for recording in sorted(read, key=lambda one: one.follows is not None)}


def _recording(path: Path, common: Mapping[str, Any]) -> Recording:
    content = load(path)
    shapes = Shapes({**common, **content.get("shapes", {})})
    step_contents = [shapes.expand(step) for step in content["steps"]]
    steps = tuple(_step(number, step) for number, step in enumerate(_repeat(step_contents)))
    return Recording(path.stem, steps, content.get("follows"))


def _repeat(steps: list[Any]) -> Iterator[Any]:
    """Yield the steps; one with `times` stands for so many, `%n` in their texts being 000, 001 and so on."""
    for step in steps:
        if "times" in step:
            first = step["step"]
            yield from ({**with_number(step, number), "step": first + number} for number in range(step["times"]))
        else:
            yield step


def _step(number: int, content: Mapping[str, Any]) -> Step:
    if content.get("step", number) != number:
        raise ValueError(f"step {content['step']} stands in place {number}")
    method, path = content["request"].split()
    return Step(
        number, method, path, content.get("params", {}), content["answer"], content.get("status", 200),
        content.get("name"), content.get("headers", {}), content.get("after", 0),
    )  # fmt: skip
