"""Values that options and arguments may have: choices, keys of the catalog, lookup keys, event types."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from stripe_billing_cli.cli.completion.cache import LookupKeys

FILES = re.compile(r"FILE|PATH|STORE")
ALTERNATIVES = re.compile(r"[a-z_-]+(\|[A-Za-z_-]+)+")
"""The name of a value in the help that is the words that it may be, as `now|DATE`."""
PRICES = ("PRICE", "PRICE[:QUANTITY]")
EVENT_TYPES = ("TYPE", "TYPES")
KIND = re.compile(r'^    name = "([a-z_]+)"$', re.MULTILINE)
TYPE = re.compile(r'"([a-z0-9_]+(?:\.[a-z0-9_]+)+)"')


def values(param: Any, ctx: Any) -> Iterable[str] | None:
    """Return the values that a parameter may be given, as far as that is known at once. None: the name of a file."""
    descriptor = param.type_descriptor
    if descriptor.is_choice:
        return [str(getattr(choice, "value", choice)) for choice in descriptor.choices or ()]
    name = param.metavar or ""
    if descriptor.is_file or descriptor.is_path or FILES.fullmatch(name):
        return None
    if ALTERNATIVES.fullmatch(name):
        return [word for word in name.split("|") if word.islower()]
    if name in PRICES:
        return sorted({*_catalog(ctx).prices, *_lookup_keys(ctx).read_known()})
    if name in EVENT_TYPES:
        return event_types()
    if name == "COUPON":
        return _catalog(ctx).coupons
    if param.name in ("promotion_code", "code"):
        return _catalog(ctx).codes
    if name == "KIND":
        return catalog_kinds()
    if name == "PRODUCT":
        return _catalog(ctx).products
    if param.name == "target":
        return [*_catalog(ctx).products, *_catalog(ctx).entries]
    if name == "[COMMAND…|TOPIC]":
        return _help_words(ctx)
    if name == "SHELL":
        from stripe_billing_cli.cli.completion.scripts import SCRIPTS

        return SCRIPTS
    return ()


def event_types() -> list[str]:
    """Return Stripe's event types, and the kinds of them, from the text of the SDK's file, which is quicker to read."""
    package = find_spec("stripe")
    if package is None or package.origin is None:
        return []
    path = Path(package.origin).parent / "params" / "_webhook_endpoint_create_params.py"
    types = sorted(set(TYPE.findall(path.read_text(encoding="utf-8"))))
    kinds = sorted({f"{type.rpartition('.')[0]}.*" for type in types})
    return [*types, *kinds]


def catalog_kinds() -> list[str]:
    """Return the kinds of a catalog, from the text of their modules: importing them takes half of a second."""
    folder = Path(__file__).parents[2] / "catalog" / "kinds"
    return sorted(
        {name for module in folder.rglob("*.py") for name in KIND.findall(module.read_text(encoding="utf-8"))}
    )


def _lookup_keys(ctx: Any) -> LookupKeys:
    params = {**ctx.find_root().params, **{name: value for name, value in ctx.params.items() if value}}
    return LookupKeys.for_options(
        local=bool(params.get("local")), profile=params.get("profile"), live=bool(params.get("live"))
    )


def _help_words(ctx: Any) -> list[str]:
    """Return the words that may follow `billing help …`."""
    from stripe_billing_cli.cli.help.topics import TOPICS

    command = ctx.find_root().command
    words = ctx.params.get("words") or ()
    for word in words:
        if word not in command.list_commands(ctx):
            return []
        command = command.get_command(ctx, word)
        if not hasattr(command, "list_commands"):
            return []
    return [*command.list_commands(ctx), *(() if words else TOPICS)]


class _Keys:
    """The keys of a catalog file: of its products, of its prices within it and in Stripe, of coupons and codes."""

    def __init__(self, content: Any) -> None:
        products = content.get("products") if isinstance(content, dict) else None
        self.coupons = _own_or_key(content, "coupons", "id")
        self.codes = _own_or_key(content, "promotion_codes", "code")
        self.products: list[str] = []
        self.entries: list[str] = []
        self.prices: list[str] = []
        for product, fields in products.items() if isinstance(products, dict) else ():
            self.products.append(str(product))
            prices = fields.get("prices") if isinstance(fields, dict) else None
            for key, price in prices.items() if isinstance(prices, dict) else ():
                entry = f"{product}.{key}"
                lookup_key = price.get("lookup_key") if isinstance(price, dict) else None
                self.entries.append(entry)
                self.prices.append(str(lookup_key or entry))


def _own_or_key(content: Any, section: str, field: str) -> list[str]:
    """Return the names of a section's entries in Stripe: what their field says, otherwise their key."""
    entries = content.get(section) if isinstance(content, dict) else None
    names = []
    for key, entry in entries.items() if isinstance(entries, dict) else ():
        own_name = entry.get(field) if isinstance(entry, dict) else None
        names.append(own_name if isinstance(own_name, str) else str(key))
    return names


def _catalog(ctx: Any) -> _Keys:
    """Return the keys of the catalog that the command line names; none where it cannot be read."""
    import yaml

    path = Path(str(ctx.params.get("file") or "catalog.yaml"))
    try:
        with path.open(encoding="utf-8") as file:
            return _Keys(yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except (OSError, ValueError, yaml.YAMLError):
        return _Keys(None)
