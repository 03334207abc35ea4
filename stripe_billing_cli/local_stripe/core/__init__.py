"""The parts that every resource is made with; nothing here knows a resource.

A request's way: `messages` → `router` (authentication, `parameter_reading`, `idempotency`) → a `Route`'s handler
(`requests`) → `store`, `events`, `scheduler`, `effects` → `expansion` and `answers` → `messages`.
"""
