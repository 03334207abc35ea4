"""How much a test with more cases than a minute allows tries: a part of them, or with `--soak` all."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from hypothesis import HealthCheck, Phase, settings

Case = TypeVar("Case")


@dataclass(frozen=True)
class Soak:
    """`random` is seeded by `--soak-seed`, which the header of a run prints, and differs between tests."""

    whole: bool
    random: random.Random

    def part(self, cases: Sequence[Case], most: int) -> list[Case]:
        """Return all cases of a soak, else as many as `most` of them, in their order."""
        if self.whole or len(cases) <= most:
            return list(cases)
        return [cases[number] for number in sorted(self.random.sample(range(len(cases)), most))]

    def examples(self, few: int, many: int) -> settings:
        """Return settings of a property that tries `few` examples, or in a soak `many`, and then the smallest."""
        return settings(
            max_examples=many if self.whole else few,
            database=None,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
            phases=[Phase.generate, Phase.shrink] if self.whole else [Phase.generate],
        )
