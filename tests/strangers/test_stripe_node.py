"""stripe-node, unchanged, through the flows of Stripe's integration guides."""

from __future__ import annotations

import re
from pathlib import Path

from tests.strangers.conftest import LocalServer
from tests.strangers.programs import SOURCES, node


def test_stripe_node_goes_through_the_flows_of_stripe_s_guides(server: LocalServer, home: Path) -> None:
    flows = re.findall(r"^  async '([^']+)'\(\)", (SOURCES / "node/guides.cjs").read_text(encoding="utf-8"), re.M)
    ended = node("guides.cjs", "node", home, server.url)
    assert ended.out.splitlines() == [f"{flow}: ok" for flow in flows]
