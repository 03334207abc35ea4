"""Catalogs of any size."""

from __future__ import annotations


def catalog(products: int, prices_each: int = 3, name: str = "bench") -> str:
    """A catalog of so many products, each with a default price and prices by month, year and once."""
    recurrences = ["recurring: month", "recurring: year", ""]
    lines = ["version: 1", f"catalog: {name}", "currency: usd", "products:"]
    for number in range(products):
        lines += [
            f"  {name}-{number:05d}:",
            f"    name: Product {number}",
            "    description: One of many",
            "    default_price: p0",
            "    prices:",
        ]
        for price in range(prices_each):
            rest = recurrences[price % len(recurrences)]
            lines.append(f"      p{price}: {{unit_amount: {1000 + number + price}{', ' if rest else ''}{rest}}}")
    return "\n".join(lines) + "\n"
