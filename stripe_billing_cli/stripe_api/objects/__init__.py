"""The fields of Stripe's answers that this program reads: a `TypedDict` for each object, which names the fields that
are read, so that mypy sees each access.

A field of type `… | None` may be absent or null in a legal answer; any other may not. What Stripe's OpenAPI document
requires is always there (https://github.com/stripe/openapi: `required`); all else may be left out, and is None once
`completion.py` has completed the answer. Fields that are not named here are passed on unread. Of what was deleted only
the id can be counted on.
"""
