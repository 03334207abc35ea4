"""The query language: clauses of a field, an operator and a value, all of which count, or any
(https://docs.stripe.com/search#search-query-language)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stripe_billing_cli.local_stripe.core.errors import ApiError, invalid

MOST_CLAUSES = 10
NOT_PARSED = "We were unable to parse your search query."
FORMAT = (
    'Try using the format `metadata["key"]:"value"` to query for metadata or key:"value" to query for other fields.'
)
"""Stripe's words, as reported of it by stripe-ruby-mock's tests against it."""

QUOTED_TEXT = r""" "(?:[^"\\]|\\.)*" | '(?:[^'\\]|\\.)*' """
# Blanks around the operator are as programs that run against Stripe send them: `email: 'ada@example.com'`,
# `metadata['order']: null AND created > 1620310503`.
CLAUSE = re.compile(
    rf"""
    (?P<negated>-)?
    (?P<field> [A-Za-z_][\w.]* ) (?: \[ (?P<key>{QUOTED_TEXT}) \] )?
    \s* (?P<operator> >= | <= | : | ~ | > | < | = ) \s*
    (?P<value> {QUOTED_TEXT} | [^\s"']+ )
    (?= \s | $ )
    """,
    re.VERBOSE | re.DOTALL,
)
BETWEEN = re.compile(r"\s+(?:(?P<word>and|or)\s+)?", re.IGNORECASE)


@dataclass(frozen=True)
class Clause:
    """A clause of a query; `value` is None for `null`. `key` is that of metadata."""

    field: str
    operator: str
    value: str | None
    key: str | None = None
    negated: bool = False


@dataclass(frozen=True)
class Query:
    """The clauses of a query, which all count, or `any` of them."""

    clauses: tuple[Clause, ...]
    any: bool = False


def parse(text: str) -> Query:
    """Return the query. Raises Stripe's refusal of one that cannot be read."""
    rest = text.strip()
    clauses, words, at = [], set[str](), 0
    while True:
        clause = CLAUSE.match(rest, at)
        if clause is None:
            raise not_parsed(FORMAT)
        clauses.append(_clause(clause))
        at = clause.end()
        if at == len(rest):
            break
        between = BETWEEN.match(rest, at)
        assert between is not None, "a clause ends before a blank"
        words.add((between["word"] or "and").lower())
        at = between.end()
    if len(words) > 1:
        raise not_parsed("You can't combine AND and OR in the same query.")
    if len(clauses) > MOST_CLAUSES:
        raise not_parsed(f"You can combine up to {MOST_CLAUSES} query clauses in a search.")
    return Query(tuple(clauses), words == {"or"})


def not_parsed(why: str) -> ApiError:
    return invalid(f"{NOT_PARSED} {why}", "query")


def _clause(match: re.Match[str]) -> Clause:
    value, key = match["value"], match["key"]
    if value[0] in "\"'":
        operand: str | None = _unquote(value)
    else:
        operand = None if value.lower() == "null" else value
    operator = ":" if match["operator"] == "=" else match["operator"]
    return Clause(match["field"], operator, operand, None if key is None else _unquote(key), bool(match["negated"]))


def _unquote(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)
