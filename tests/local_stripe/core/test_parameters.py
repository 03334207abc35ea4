"""Parameters that are unknown, missing or of a wrong type, refused in Stripe's words before anything happens."""

from __future__ import annotations

import pytest

from tests.local_stripe.conftest import Local, Refusal

PRODUCT = "name=Pro"
PRICE = "currency=usd&unit_amount=1&product=pro"


def unknown(*names: str) -> Refusal:
    noun = "parameter" if len(names) == 1 else "parameters"
    return Refusal(f"Received unknown {noun}: {', '.join(names)}", "parameter_unknown", names[0])


def missing(name: str) -> Refusal:
    return Refusal(f"Missing required param: {name}.", "parameter_missing", name)


def integer(name: str, value: str) -> Refusal:
    return Refusal(f"Invalid integer: {value}", "parameter_invalid_integer", name)


def unsettable(name: str) -> Refusal:
    return Refusal(
        f"You passed an empty string for '{name}'. We assume empty values are an attempt to unset a parameter; "
        f"however '{name}' cannot be unset. You should remove '{name}' from your request or supply a non-empty value.",
        "parameter_invalid_empty",
        name,
    )


@pytest.mark.parametrize(
    ("path", "form", "refusal"),
    [
        ("products", f"{PRODUCT}&nam=x", unknown("nam")),
        ("products", f"{PRODUCT}&colour=x&size=y", unknown("colour", "size")),
        ("products", "nam=x", unknown("nam")),
        ("products", f"{PRODUCT}&attributes[]=a", unknown("attributes")),
        ("products", f"{PRODUCT}&name[=a", unknown("name[")),
        ("products", f"{PRODUCT}&[name]=a", unknown("[name]")),
        ("products", f"{PRODUCT}&package_dimensions[depth]=a", unknown("package_dimensions[depth]")),
        ("prices", f"{PRICE}&amount=1", unknown("amount")),
        ("prices", f"{PRICE}&recurring[interval]=day&recurring[count]=1", unknown("recurring[count]")),
        ("prices", f"{PRICE}&recurring[aggregate_usage]=sum", unknown("recurring[aggregate_usage]")),
        ("prices", f"{PRICE}&tiers[0][up_to]=1&tiers[1][upto]=inf", unknown("tiers[1][upto]")),
        ("prices", f"{PRICE}&currency_options[eur][amount]=1", unknown("currency_options[eur][amount]")),
        ("prices", f"{PRICE}&product_data[description]=x", unknown("product_data[description]")),
        ("products", "", missing("name")),
        ("prices", "", missing("currency")),
        (
            "prices",
            "currency=usd&unit_amount=1",
            Refusal("You must specify either `product` or `product_data` when creating a price."),
        ),
        (
            "prices",
            "currency=usd&product=pro",
            Refusal("Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set."),
        ),
        ("prices", f"{PRICE}&recurring[interval_count]=1", missing("recurring[interval]")),
        ("prices", f"{PRICE}&transform_quantity[divide_by]=1", missing("transform_quantity[round]")),
        ("prices", f"{PRICE}&tiers[0][unit_amount]=1", missing("tiers[0][up_to]")),
        ("prices", "currency=usd&unit_amount=1&product_data[active]=true", missing("product_data[name]")),
        ("prices", f"{PRICE}&custom_unit_amount[preset]=1", missing("custom_unit_amount[enabled]")),
        ("products", "name=", unsettable("name")),
        ("prices", f"{PRICE}&unit_amount=", unsettable("unit_amount")),
        ("prices", f"{PRICE}&recurring=", unsettable("recurring")),
        ("prices", f"{PRICE}&currency_options[eur]=", unsettable("currency_options[eur]")),
        ("prices", f"{PRICE}&recurring[interval]=", unsettable("recurring[interval]")),
        ("products", f"{PRODUCT}&images[]=", unsettable("images[0]")),
        ("prices", f"{PRICE}&unit_amount=1.5", integer("unit_amount", "1.5")),
        ("prices", f"{PRICE}&unit_amount=ten", integer("unit_amount", "ten")),
        ("prices", f"{PRICE}&unit_amount=%2010", integer("unit_amount", " 10")),
        ("prices", f"{PRICE}&unit_amount=٣", integer("unit_amount", "٣")),
        ("prices", f"{PRICE}&unit_amount={'9' * 30}", integer("unit_amount", "9" * 30)),
        (
            "prices",
            f"{PRICE}&unit_amount=-1",
            Refusal(
                "Invalid non-negative integer",
                None,
                "unit_amount",
            ),
        ),
        (
            "prices",
            f"{PRICE}&unit_amount=1000000000000",
            Refusal(
                "This value must be less than or equal to 999999999999 (it currently is '1000000000000').",
                "parameter_invalid_integer",
                "unit_amount",
            ),
        ),
        (
            "prices",
            f"{PRICE}&recurring[interval]=day&recurring[trial_period_days]=731",
            Refusal(
                "This value must be less than or equal to 730.",
                "parameter_invalid_integer",
                "recurring[trial_period_days]",
            ),
        ),
        ("products", f"{PRODUCT}&active=yes", Refusal("Invalid boolean: yes", None, "active")),
        ("products", f"{PRODUCT}&active=1", Refusal("Invalid boolean: 1", None, "active")),
        ("products", f"{PRODUCT}&active=TRUE", Refusal("Invalid boolean: TRUE", None, "active")),
        ("products", 'name[]=wrong&name[]=ty"pe', Refusal('Invalid string: {"0":"wrong","1":"ty\\"pe"}', None, "name")),
        ("products", f"{PRODUCT}&active[a]=b", Refusal('Invalid boolean: {"a":"b"}', None, "active")),
        (
            "prices",
            f"{PRICE}&currency_options[EUR][unit_amount]=1",
            Refusal(
                "Currencies must be lowercase when used as keys in a map. Use `eur` instead of `EUR`.",
                None,
                "currency_options",
            ),
        ),
        ("products", f"{PRODUCT}&images=x", Refusal("Invalid array", None, "images")),
        ("products", f"{PRODUCT}&images[first]=x", Refusal("Invalid array", None, "images")),
        ("products", f"{PRODUCT}&expand=default_price", Refusal("Invalid array", None, "expand")),
        ("products", f"{PRODUCT}&package_dimensions=x", Refusal("Invalid object", None, "package_dimensions")),
        ("products", f"{PRODUCT}&name[first]=x", Refusal("Invalid object", None, "name")),
        ("prices", f"{PRICE}&recurring=month", Refusal("Invalid object", None, "recurring")),
        ("prices", f"{PRICE}&currency_options=eur", Refusal("Invalid object", None, "currency_options")),
        ("prices", f"{PRICE}&tiers[]=inf", Refusal("Invalid object", None, "tiers[0]")),
        (
            "prices",
            f"{PRICE}&recurring[interval]=decade",
            Refusal(
                "Invalid recurring[interval]: must be one of month, year, week, or day",
                None,
                "recurring[interval]",
            ),
        ),
        (
            "prices",
            f"{PRICE}&billing_scheme=free",
            Refusal("Invalid billing_scheme: must be one of per_unit or tiered", None, "billing_scheme"),
        ),
        (
            "prices",
            f"{PRICE}&unit_amount_decimal=1e2",
            Refusal("Invalid decimal: 1e2", None, "unit_amount_decimal"),
        ),
        (
            "prices",
            f"{PRICE}&unit_amount_decimal=-0.5",
            Refusal(
                "This value must be greater than or equal to 0 (it currently is '-0.5e0').", None, "unit_amount_decimal"
            ),
        ),
        (
            "prices",
            f"{PRICE}&unit_amount_decimal=0.1234567890123",
            Refusal(
                "Invalid decimal: 0.1234567890123; must contain at maximum 12 decimal places.",
                None,
                "unit_amount_decimal",
            ),
        ),
    ],
)
def test_a_wrong_parameter_is_named(local: Local, path: str, form: str, refusal: Refusal) -> None:
    local.product(id="pro")
    events = local.events()

    assert local.send("post", f"/v1/{path}", form).refusal == refusal
    assert local.events() == events


def test_a_currency_must_be_one_of_stripes(local: Local) -> None:
    refusal = local.send("post", "/v1/prices", "currency=btc&unit_amount=1&product=pro").refusal

    assert refusal.message.startswith(
        "Invalid currency: btc. Stripe currently supports these currencies: usd, aed, afn, "
    )
    assert refusal.message.endswith(", zmw, usdc, btn, ghs, eek, lvl, svc, vef, ltl, sll, mro")
    assert (refusal.status, refusal.param) == (400, "currency")


def test_a_currency_may_be_written_in_capitals_but_not_as_a_key(local: Local) -> None:
    assert local.price(currency="EUR")["currency"] == "eur"
    for path, params in (
        ("/v1/prices", {"currency": "eur", "unit_amount": 1, "product": local.product()["id"]}),
        ("/v1/coupons", {"currency": "eur", "amount_off": 1}),
    ):
        options = {"USD": {"unit_amount" if "unit_amount" in params else "amount_off": 4}}
        assert local.refused("post", path, **params, currency_options=options) == Refusal(
            "Currencies must be lowercase when used as keys in a map. Use `usd` instead of `USD`.",
            param="currency_options",
        )


@pytest.mark.parametrize(("sent", "kept"), [("true", True), ("True", True), ("false", False), ("False", False)])
def test_a_boolean_may_be_python_s(local: Local, sent: str, kept: bool) -> None:
    assert local.send("post", "/v1/products", f"name=Pro&active={sent}").json["active"] is kept


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/v1/products/pro"),
        ("get", "/v1/products"),
        ("get", "/v1/prices"),
        ("get", "/v1/events"),
        ("get", "/v1/account"),
        ("delete", "/v1/products/pro"),
    ],
)
def test_reading_and_deleting_know_their_parameters_too(local: Local, method: str, path: str) -> None:
    local.product(id="pro")

    assert local.send(method, path, "colour=red").refusal == unknown("colour")
    assert local.get("/v1/products/pro")["id"] == "pro"


def test_unknown_parameters_come_before_all_other_errors(local: Local) -> None:
    assert local.send("post", "/v1/prices", "unit_amount=ten&colour=red").refusal == unknown("colour")
    assert local.send("post", "/v1/products/nothing", "colour=red").refusal == unknown("colour")


@pytest.mark.parametrize("name", ["success_url", "cancel_url"])
@pytest.mark.parametrize("tail", ["%0D%0ASet-Cookie:%20a=b", "%0A", "%00", "%1B[31m", "%7F", "%20x"])
def test_an_address_with_control_characters_is_none(local: Local, name: str, tail: str) -> None:
    form = "mode=setup&currency=usd&success_url=https://example.com/"
    sent = f"{form}{tail}" if name == "success_url" else f"{form}&{name}=https://example.com/{tail}"

    assert local.send("post", "/v1/checkout/sessions", sent).refusal == Refusal("Not a valid URL", "url_invalid", name)


def test_what_is_not_here_may_be_asked_not_to_be(local: Local) -> None:
    """stripe-node sends null as an empty string; the account itself is liable, and issues, where nothing is said."""
    customer = local.post("/v1/customers", payment_method="pm_card_visa")
    default = local.post("/v1/payment_methods/pm_card_visa/attach", customer=customer["id"])["id"]
    price = local.price(recurring={"interval": "month"})["id"]
    form = {
        "customer": customer["id"],
        "default_payment_method": default,
        "items": [{"price": price}],
        "application_fee_percent": "",
        "automatic_tax": {"enabled": False, "liability": {"type": "self"}},
        "billing_thresholds": "",
        "on_behalf_of": "",
    }
    assert local.post("/v1/subscriptions", **form)["status"] == "active"
    link = {"line_items": [{"price": price, "quantity": 1}]}
    issuer = {"invoice_settings": {"issuer": {"type": "self"}}}
    assert local.post("/v1/payment_links", **link, subscription_data=issuer)["subscription_data"][
        "invoice_settings"
    ] == {"issuer": {"type": "self"}}
    taxed = local.post("/v1/payment_links", **link, automatic_tax={"enabled": True, "liability": {"type": "self"}})
    assert taxed["automatic_tax"] == {"enabled": True, "liability": {"type": "self"}}
    assert local.post("/v1/setup_intents", attach_to_self=False)["status"] == "requires_payment_method"

    for path, params in (
        ("subscriptions", {**form, "application_fee_percent": 5}),
        ("subscriptions", {**form, "transfer_data": ""}),  # of a new one it cannot be unset (Stripe's document)
        ("setup_intents", {"attach_to_self": True}),
    ):
        assert local.refused("post", f"/v1/{path}", **params).message.startswith("The local Stripe does not have the")
