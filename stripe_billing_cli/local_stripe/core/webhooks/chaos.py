"""Deliveries that come twice, late and out of order: what Stripe allows itself, made frequent."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field

SPREAD_SECONDS = 1.0
"""Within how long `reorder` mixes up what was recorded together."""


@dataclass(frozen=True)
class Chaos:
    """The disorder of deliveries. `duplicate`: each event arrives twice; `reorder`: events of one second in any order;
    `delay`: seconds late."""

    duplicate: bool = False
    reorder: bool = False
    delay: float = 0.0
    random: random.Random = field(default_factory=random.Random, compare=False)

    @classmethod
    def parse(cls, text: str) -> Chaos:
        """Return the disorder that a text such as `duplicate,reorder,delay=2` asks for. Raises `ValueError` with what
        is wrong."""
        duplicate, reorder, delay = False, False, 0.0
        for word in text.split(","):
            name, _, value = word.strip().partition("=")
            if name == "duplicate" and not value:
                duplicate = True
            elif name == "reorder" and not value:
                reorder = True
            elif name == "delay":
                delay = _seconds(value)
            else:
                raise ValueError(f"{word.strip() or 'nothing'} is none of duplicate, reorder, delay=SECONDS")
        return cls(duplicate, reorder, delay)

    @property
    def none(self) -> bool:
        return not (self.duplicate or self.reorder or self.delay)

    def delays(self) -> list[float]:
        """Return the seconds until each arrival of one event."""
        return [
            self.delay + (self.random.uniform(0, SPREAD_SECONDS) if self.reorder else 0.0)
            for _ in range(2 if self.duplicate else 1)
        ]


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not (seconds >= 0 and math.isfinite(seconds)):
        raise ValueError(f"delay={text} is no number of seconds")
    return seconds
