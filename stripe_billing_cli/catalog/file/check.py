"""The tree of a file → `Catalog`: types by the model, then the rules; every problem at its place.

Products and prices are checked one by one, so that a mistake in one does not hide those in another.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, TypeVar

from pydantic import ValidationError

from stripe_billing_cli.catalog import entries as desired
from stripe_billing_cli.catalog.entries import Catalog, Location
from stripe_billing_cli.catalog.file import model, rules
from stripe_billing_cli.catalog.file.messages import explain
from stripe_billing_cli.catalog.file.problems import CatalogErrors, Problem
from stripe_billing_cli.catalog.file.values import Path, values_of
from stripe_billing_cli.catalog.file.yaml_tree import Mapping

AnyEntry = TypeVar("AnyEntry", bound=model.Entry)


def check(tree: Mapping, file: str) -> Catalog:
    """Raises `CatalogErrors` with every problem of the file."""
    return Check(tree, file).run()


class Check:
    def __init__(self, tree: Mapping, file: str) -> None:
        self._file = file
        self._problems: list[Problem] = []
        self._refuse_later_kinds(tree)
        values, self._places = values_of(tree, self._at)
        self._values: dict[str, Any] = values
        self._misread = {problem.where for problem in self._problems}
        """Where the values or keys are that YAML readers disagree about: of their types there is nothing to say."""
        self._seen: dict[tuple[str, str], Path] = {}

    def run(self) -> Catalog:
        values = dict(self._values)
        products = values.pop("products", {})
        head = self._validated(model.CatalogFile, values, ())
        currency = head.currency if head else None
        if currency is not None:
            rules.check_currency(("currency",), currency, self._report_below(()))
        built = [
            self._product(key, value, head) for key, value in self._entries(products, ("products",), "products").items()
        ]
        if self._problems or head is None:
            raise CatalogErrors(self._problems)
        return Catalog(
            name=head.catalog,
            account=head.account,
            products=tuple(product for product in built if product),
            source=self._file,
        )

    def _refuse_later_kinds(self, tree: Mapping) -> None:
        for key, _ in tree.entries:
            if key.text in model.LATER:
                self._at(key.where, f"this version does not apply {key.text} yet", f"remove {key.text} for now")
        tree.entries[:] = [(key, value) for key, value in tree.entries if key.text not in model.LATER]

    def _product(self, key: str, value: Any, head: model.CatalogFile | None) -> desired.Product | None:
        path: Path = ("products", key)
        if not isinstance(value, dict):
            self._report(path, f"product {key} has no keys and values", "give it at least a name", at_key=True)
            return None
        fields = dict(value)
        prices = self._entries(fields.pop("prices", {}), (*path, "prices"), "prices")
        fields["marketing_features"] = _names(fields.get("marketing_features", []))
        product = self._validated(model.Product, fields, path)
        checked = {own: self._price(key, own, price, head) for own, price in prices.items()}
        if product is None:
            return None
        below = self._report_below(path)
        rules.check_product(key, product, below)
        rules.check_default_price(product, {own: entry for own, (entry, _) in checked.items()}, below)
        self._only_once("product id", product.id or key, (*path, "id") if product.id else path)
        return _desired_product(key, product, tuple(one for _, one in checked.values() if one), self._places.key(path))

    def _price(
        self, product: str, key: str, value: Any, head: model.CatalogFile | None
    ) -> tuple[model.Price | None, desired.Price | None]:
        path: Path = ("products", product, "prices", key)
        if not isinstance(value, dict):
            self._report(
                path,
                f"price {key} has no keys and values",
                "such as {unit_amount: 1500, recurring: month}",
                at_key=True,
            )
            return None, None
        fields = dict(value)
        if isinstance(fields.get("recurring"), str):
            fields["recurring"] = {"interval": fields["recurring"]}
        default = head.currency if head else None
        price = self._validated(model.Price, fields, path, currency=fields.get("currency", default))
        if price is None:
            return None, None
        currency = price.currency or default
        if currency is not None or head is not None:
            rules.check_price(key, price, currency, self._report_below(path))
        wanted = _desired_price(product, key, price, currency or "", head, self._places.key(path))
        if len(wanted.lookup_key) > 200:
            self._report(
                path, "its lookup key would be longer than 200 characters", "give it a `lookup_key:`", at_key=True
            )
        if self._only_once("the name", wanted.path, path):  # of p.a's b, and of p's a.b
            self._only_once("lookup key", wanted.lookup_key, (*path, "lookup_key") if price.lookup_key else path)
        if price.id:
            self._only_once("price id", price.id, (*path, "id"))
        return price, wanted

    def _only_once(self, kind: str, identity: str, path: Path) -> bool:
        first = self._seen.setdefault((kind, identity), path)
        if first != path:
            where = self._places.key(first)
            self._report(
                path,
                f"{kind} {identity} is taken: {_owner(first)} has it, in line {where.line}",
                "two entries cannot be one object in Stripe: change one of them",
                at_key=True,
            )
        return first == path

    def _validated(
        self, kind: type[AnyEntry], values: dict[str, Any], path: Path, *, currency: str | None = None
    ) -> AnyEntry | None:
        try:
            return kind.model_validate(values)
        except ValidationError as failure:
            for error in failure.errors(include_url=False):
                here = (*path, *error["loc"])
                if {self._places.values.get(here), self._places.keys.get(here)} & self._misread:
                    continue
                explained = explain(error, kind, currency)
                self._report(here, explained.message, explained.hint, at_key=explained.at_key)
            return None

    def _entries(self, value: Any, path: Path, kind: str) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        found = "nothing" if value is None else "something else"
        self._report(
            path, f"{kind}: expected entries by key, found {found}", f"remove {kind}, or give it an entry", at_key=True
        )
        return {}

    def _report_below(self, path: Path) -> rules.Report:
        above = path

        def report(path: Path, message: str, hint: str, *, at_key: bool = False) -> None:
            self._report((*above, *path), message, hint, at_key=at_key or not path)

        return report

    def _report(self, path: Path, message: str, hint: str, *, at_key: bool = False) -> None:
        where = self._places.key(path) if at_key else self._places.value(path)
        self._at(where if where.line else Location(1, 1), message, hint)

    def _at(self, where: Location, message: str, hint: str) -> None:
        self._problems.append(Problem(self._file, where, message, hint))


def _owner(path: Path) -> str:
    keys = [str(part) for part in path if part not in ("products", "prices", "id", "lookup_key")]
    return ".".join(keys)


def _names(features: Any) -> Any:
    """Marketing features as Stripe writes them, `{name: …}`, or as plain text."""
    if not isinstance(features, list):
        return features
    return [
        feature["name"] if isinstance(feature, dict) and set(feature) == {"name"} else feature for feature in features
    ]


def _desired_product(
    key: str, product: model.Product, prices: tuple[desired.Price, ...], where: Location
) -> desired.Product:
    box, tax = product.package_dimensions, product.tax_details
    return desired.Product(
        key=key,
        id=product.id or key,
        name=product.name,
        adopted=product.id is not None,
        active=product.active,
        description=product.description,
        images=tuple(product.images),
        marketing_features=tuple(product.marketing_features),
        metadata=product.metadata,
        package_dimensions=desired.PackageDimensions(box.height, box.length, box.weight, box.width) if box else None,
        shippable=product.shippable,
        statement_descriptor=product.statement_descriptor,
        tax_code=product.tax_code,
        tax_details=desired.TaxDetails(tax.performance_location, tax.tax_code) if tax else None,
        unit_label=product.unit_label,
        url=product.url,
        default_price=product.default_price,
        prices=prices,
        where=where,
    )


def _desired_price(
    product: str, key: str, price: model.Price, currency: str, head: model.CatalogFile | None, where: Location
) -> desired.Price:
    package = price.transform_quantity
    return desired.Price(
        key=key,
        product=product,
        lookup_key=price.lookup_key or f"{product}.{key}",
        currency=currency,
        adopted_id=price.id,
        active=price.active,
        nickname=price.nickname,
        billing_scheme=price.billing_scheme or "per_unit",
        unit_amount=_exact(price.unit_amount, price.unit_amount_decimal),
        custom_unit_amount=_custom(price.custom_unit_amount),
        tiers_mode=price.tiers_mode,
        tiers=_tiers(price.tiers),
        transform_quantity=desired.TransformQuantity(package.divide_by, package.round) if package else None,
        recurring=_recurring(price.recurring),
        tax_behavior=price.tax_behavior or (head.tax_behavior if head else None),
        currency_options={
            code: desired.CurrencyOption(
                unit_amount=_exact(option.unit_amount, option.unit_amount_decimal),
                custom_unit_amount=_custom(option.custom_unit_amount),
                tiers=_tiers(option.tiers),
                tax_behavior=option.tax_behavior,
            )
            for code, option in price.currency_options.items()
        },
        metadata=price.metadata,
        where=where,
    )


def _exact(whole: int | None, exact: Decimal | None) -> Decimal | None:
    return Decimal(whole) if whole is not None else exact


def _tiers(tiers: list[model.Tier]) -> tuple[desired.Tier, ...]:
    return tuple(
        desired.Tier(
            tier.up_to,
            _exact(tier.unit_amount, tier.unit_amount_decimal),
            _exact(tier.flat_amount, tier.flat_amount_decimal),
        )
        for tier in tiers
    )


def _custom(custom: model.CustomUnitAmount | None) -> desired.CustomUnitAmount | None:
    return desired.CustomUnitAmount(custom.minimum, custom.maximum, custom.preset) if custom else None


def _recurring(recurring: model.Recurring | None) -> desired.Recurring | None:
    return desired.Recurring(**recurring.model_dump()) if recurring else None
