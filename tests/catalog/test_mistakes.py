"""Mistakes in catalog files: each is reported at its place, with a way out."""

from __future__ import annotations

import pytest

from tests.catalog.loading import HEAD, PRODUCT, price, problems

TIERED = (
    "recurring: month, billing_scheme: tiered, tiers_mode: volume, "
    "tiers: [{up_to: 5, unit_amount: 2}, {up_to: %s, unit_amount: 1}]"
)


MISTAKES = {
    "a misspelt key": (price("unit_amonut: 1500"), "8:17 unknown key unit_amonut → did you mean unit_amount?"),
    "the only value there is": (
        price("custom_unit_amount: {enabled: false}"),
        "8:47 enabled: expected true, found false → possible here: true",
    ),
    "a misspelt key of a part": (
        price("unit_amount: 1, recurring: {interval: month, intervals: 3}"),
        "8:62 unknown key intervals → did you mean interval?",
    ),
    "a misspelt key of a tier": (
        price("tiers_mode: volume, recurring: month, tiers: [{up_to: inf, unit: 3}]"),
        "8:76 unknown key unit → possible here: up_to, unit_amount, ",
    ),
    "a misspelt top-level key": (HEAD + "product: {}", "4:1 unknown key product → did you mean products?"),
    "a key of nothing like any": (PRODUCT + "    zzz: 1", "7:5 unknown key zzz → possible here: id, name, "),
    "a duplicate key": (PRODUCT + "    name: Again", "7:5 name stands here twice: first in line 6 → remove one"),
    "a wrong version": (
        PRODUCT.replace("version: 1", "version: 2"),
        "1:10 version: expected 1, found 2 → this version",
    ),
    "a quoted version": (PRODUCT.replace("version: 1", 'version: "1"'), '1:10 version: expected 1, found "1"'),
    "no version": ("catalog: shop\n", "1:1 version is missing → add `version:`"),
    "no name": (HEAD + "products:\n  pro:\n    url: https://x.com", "5:3 name is missing → add `name:`"),
    "an amount in dollars": (
        price("unit_amount: 15.00"),
        "8:30 unit_amount: an amount is a whole number of minor units",
    ),
    "the way out of dollars": (price("unit_amount: 15.00"), "write 1500"),
    "a fraction of a cent": (
        price("unit_amount: 100.5"),
        "→ for 100.5 usd write 10050; if it is 100.5 minor units, write",
    ),
    "an amount in quotes": (price('unit_amount: "1500"'), "→ write it without quotes: 1500"),
    "a negative amount": (price("unit_amount: -1"), "8:30 unit_amount: expected at least 0, found -1 → amounts are 0"),
    "too large an amount": (price("unit_amount: 1000000000000"), "1000000000000 has more than twelve digits"),
    "a choice below the least charge": (
        price("custom_unit_amount: {enabled: true, minimum: 49}"),
        "minimum 49: Stripe charges $0.50 at least → write 50, or more",
    ),
    "a choice below another currency's least charge": (
        price("custom_unit_amount: {enabled: true, maximum: 299}, currency: sek"),
        "maximum 299: Stripe charges SEK",
    ),
    "thirteen decimal places": (price('unit_amount_decimal: "0.0000000000001"'), "13 decimal places → Stripe keeps 12"),
    "an exponent": (price('unit_amount_decimal: "1e3"'), "expected an amount in digits"),
    "an unquoted exponent": (price("unit_amount: 1e3"), "1e3 is not the same number to every YAML reader"),
    "both amounts": (
        price('unit_amount: 1, unit_amount_decimal: "0.5"'),
        "unit_amount and unit_amount_decimal exclude",
    ),
    "no amount": (price("recurring: month"), "8:7 the price has no amount → add unit_amount (cents)"),
    "a yen with decimals": (price("unit_amount: 15.00, currency: jpy"), "→ jpy has no smaller unit: write 15"),
    "dinars in whole": (
        price("unit_amount: 1.5, currency: kwd"),
        '→ for 1.5 kwd write 1500; if it is 1.5 minor units, write unit_amount_decimal: "1.5"',
    ),
    "the catalog's currency": (price("unit_amount: 15.00"), "→ for 15.00 usd write 1500"),
    "no currency of Stripe's": (price("unit_amount: 15.00, currency: xxx"), "for 15.00 of a currency with cents"),
    "dinars to the last digit": (price("unit_amount: 1501, currency: kwd"), "1501 in kwd → the last of kwd's three"),
    "krónur with aurar": (price("unit_amount: 1501, currency: isk"), "isk has no minor unit"),
    "an upper-case currency": (price("unit_amount: 1, currency: USD"), "USD is no currency of Stripe's → write usd"),
    "an unknown currency": (
        price("unit_amount: 1, currency: usf"),
        "usf is no currency of Stripe's → did you mean usd?",
    ),
    "no currency at all": (price("unit_amount: 1").replace("currency: usd\n", ""), "7:7 price monthly has no currency"),
    "octal": (price("unit_amount: 012"), "8:30 012 is not the same number to every YAML reader"),
    "underscores": (price("unit_amount: 1_000"), "1_000 is not the same number to every YAML reader"),
    "hours and minutes": (price("unit_amount: 1:30"), "1:30 is not the same number to every YAML reader"),
    "no for text": (PRODUCT.replace("name: Pro", "name: no"), "6:11 no is false to many YAML readers"),
    "no as a key": (
        HEAD + "products:\n  no: {name: Norway}",
        '5:3 the key no is not text to every YAML reader → write "no"',
    ),
    "a number as a key": (
        HEAD + "products:\n  2024: {name: Year}",
        '5:3 the key 2024 is a number to YAML → write "2024"',
    ),
    "a comma in an amount": (
        price("unit_amount: 15,00"),
        "00 stands alone: a comma ends what is before it → write amounts as whole numbers of minor units",
    ),
    "a number for text": (
        PRODUCT.replace("name: Pro", "name: 42"),
        '6:11 name: expected text, found 42 → put it in quotes: "42"',
    ),
    "nothing for text": (PRODUCT.replace("name: Pro", "name:"), "name has no value → give it one, or remove the key"),
    "a list for text": (PRODUCT.replace("name: Pro", "name: [Pro]"), "name: expected text, found a list"),
    "text for a list": (PRODUCT + "    images: https://x.com/a.png", "7:13 images: expected a list, found"),
    "a wrong interval": (
        price("unit_amount: 1, recurring: monthly"),
        '8:44 interval: expected day, week, month or year, found "monthly" → write month',
    ),
    "a quarter": (price("unit_amount: 1, recurring: quarter"), "→ write {interval: month, interval_count: 3}"),
    "an endless tier as a number": (
        price(TIERED % ".inf"),
        ".inf is not the same number to every YAML reader → write inf",
    ),
    "an endless tier as Terraform has it": (price(TIERED % "-1"), "found -1 → write inf"),
    "an endless tier in quotes": (price(TIERED % '"infinity"'), 'found "infinity" → write inf'),
    "more than three years": (
        price("unit_amount: 1, recurring: {interval: month, interval_count: 37}"),
        "37 months is longer than three years",
    ),
    "metered without a meter": (
        price("unit_amount: 1, recurring: {interval: month, usage_type: metered}"),
        "a metered price needs a meter",
    ),
    "a meter's key": (
        price("unit_amount: 1, recurring: {interval: month, usage_type: metered, meter: calls}"),
        "this file has no meter calls → add it to `meters:`",
    ),
    "tiers without their scheme": (
        price("tiers: [{up_to: inf, unit_amount: 1}], tiers_mode: volume"),
        "add `billing_scheme: tiered`",
    ),
    "tiers without their mode": (
        price("billing_scheme: tiered, tiers: [{up_to: inf, unit_amount: 1}]"),
        "add `tiers_mode: graduated`, or volume",
    ),
    "tiers and an amount": (
        price("billing_scheme: tiered, tiers_mode: volume, tiers: [{up_to: inf, unit_amount: 1}], unit_amount: 1"),
        "a tiered price cannot have unit_amount as well",
    ),
    "tiers without inf": (
        price("billing_scheme: tiered, tiers_mode: volume, tiers: [{up_to: 5, unit_amount: 1}]"),
        "inf stands in the last tier, and only there",
    ),
    "tiers in disorder": (
        price(
            "billing_scheme: tiered, tiers_mode: volume, tiers: [{up_to: 5, unit_amount: 1}, {up_to: 5, unit_amount: 1}, {up_to: inf, unit_amount: 1}]"
        ),
        "5 does not come after 5",
    ),
    "a tier without an amount": (
        price("billing_scheme: tiered, tiers_mode: volume, tiers: [{up_to: inf}]"),
        "a tier without an amount",
    ),
    "half a cent flat": (
        price('billing_scheme: tiered, tiers_mode: volume, tiers: [{up_to: inf, flat_amount_decimal: "0.5"}]'),
        "0.5 is no whole number of minor units",
    ),
    "tiers in packages": (
        price(
            "billing_scheme: tiered, tiers_mode: volume, tiers: [{up_to: inf, unit_amount: 1}], transform_quantity: {divide_by: 2, round: up}"
        ),
        "tiers cannot be combined with packages",
    ),
    "a recurring choice": (
        price("custom_unit_amount: {enabled: true}, recurring: month"),
        "only a one-time price can let the customer choose",
    ),
    "a choice upside down": (
        price("custom_unit_amount: {enabled: true, minimum: 5, maximum: 4}"),
        "maximum 4 is below minimum 5",
    ),
    "its own currency again": (
        price("unit_amount: 1, currency_options: {usd: {unit_amount: 1}}"),
        "8:52 usd is the price's own currency",
    ),
    "a currency without amount": (price("unit_amount: 1, currency_options: {eur: {}}"), "this currency has no amount"),
    "other tiers in a currency": (
        price(
            "billing_scheme: tiered, tiers_mode: volume, tiers: [{up_to: inf, unit_amount: 1}], currency_options: {eur: {tiers: [{up_to: 2, unit_amount: 1}, {up_to: inf, unit_amount: 1}]}}"
        ),
        "its tiers are not those of the price",
    ),
    "a default price of nowhere": (
        price("unit_amount: 1").replace("name: Pro", "name: Pro\n    default_price: montly"),
        "7:20 this product has no price montly → did you mean monthly?",
    ),
    "a default price by its whole name": (
        price("unit_amount: 1").replace("name: Pro", "name: Pro\n    default_price: pro.monthly"),
        "7:20 this product has no price pro.monthly → write monthly",
    ),
    "an archived default price": (
        price("unit_amount: 1, active: false").replace("name: Pro", "name: Pro\n    default_price: monthly"),
        "price monthly is not active",
    ),
    "nine images": (PRODUCT + f"    images: [{', '.join(['https://x.com/a.png'] * 9)}]", "9 images → Stripe keeps 8"),
    "sixteen features": (
        PRODUCT + f"    marketing_features: [{', '.join('abcdefghijklmnop')}]",
        "16 features → Stripe keeps 15",
    ),
    "an image that is no URL": (PRODUCT + "    images: [logo.png]", "7:14 logo.png is no URL"),
    "a long descriptor": (
        PRODUCT + "    statement_descriptor: ABCDEFGHIJKLMNOPQRSTUVW",
        "expected at most 22 characters",
    ),
    "a descriptor with quotes": (PRODUCT + "    statement_descriptor: JOE'S", "' cannot stand on a statement"),
    "a descriptor of digits": (PRODUCT + '    statement_descriptor: "123"', "has at least one letter"),
    "metadata that is no text": (
        PRODUCT + "    metadata: {year: 2024}",
        '7:22 year: expected text, found 2024 → put it in quotes: "2024"',
    ),
    "billing's own metadata": (PRODUCT + "    metadata: {billing_key: x}", "billing_key is billing's own mark"),
    "a long lookup key": (price(f"unit_amount: 1, lookup_key: {'x' * 201}"), "expected at most 200 characters"),
    "an account that is none": (
        PRODUCT.replace("currency", "account: 42x\ncurrency"),
        "account: expected an account id",
    ),
    "a section of a later version": (
        HEAD + "portal: {}",
        "4:1 portal: the section of the customer portal has another name → write portal_configurations, with an entry for "
        "each configuration",
    ),
    "a code of a coupon that is nowhere": (
        HEAD + "promotion_codes: {LAUNCH: {coupon: launch}}",
        "4:36 this file has no coupon launch → add it to `coupons:`",
    ),
    "a code of no coupon": (
        HEAD + "promotion_codes: {LAUNCH: {max_redemptions: 5}}",
        "4:19 a promotion code stands for one coupon → say `coupon: KEY`",
    ),
    "a code for more than its coupon": (
        HEAD
        + "coupons: {x: {percent_off: 5, max_redemptions: 3}}\n"
        + "promotion_codes: {A: {coupon: x, max_redemptions: 4}}",
        "max_redemptions goes beyond max_redemptions of coupon x → no more than the coupon's",
    ),
    "a code for longer than its coupon": (
        HEAD
        + "coupons: {x: {percent_off: 5, redeem_by: 2027-12-31T23:59:59Z}}\n"
        + "promotion_codes: {A: {coupon: x, expires_at: 2028-01-01T00:00:00Z}}",
        "expires_at goes beyond redeem_by of coupon x",
    ),
    "a code with a space": (
        HEAD + "promotion_codes: {spring: {code: spring sale, promotion: {coupon: x}}}",
        "4:34 spring sale cannot be a code → letters, digits, - and _ only",
    ),
    "two codes that differ in case": (
        HEAD + "coupons: {x: {percent_off: 5}}\npromotion_codes:\n  HELLO: {coupon: x}\n  hello: {coupon: x}\n",
        "7:3 code hello is taken: HELLO has it, in line 6",
    ),
    "a minimum without a currency": (
        "version: 1\ncatalog: x\npromotion_codes: {A: {coupon: x, restrictions: {minimum_amount: 5}}}",
        "3:65 an amount without a currency → add `minimum_amount_currency:`",
    ),
    "a currency without a minimum": (
        HEAD + "promotion_codes: {A: {coupon: x, restrictions: {minimum_amount_currency: usd}}}",
        "a currency without an amount → add `minimum_amount:`",
    ),
    "a minimum twice": (
        HEAD
        + "promotion_codes: {A: {coupon: x, restrictions: "
        + "{minimum_amount: 5, currency_options: {usd: {minimum_amount: 5}}}}}",
        "usd is the currency of minimum_amount",
    ),
    "a coupon of nothing": (
        HEAD + "coupons: {x: {duration: once}}",
        "4:11 a coupon has either percent_off or amount_off",
    ),
    "a coupon of a product that is nowhere": (
        HEAD + "coupons: {x: {percent_off: 20, applies_to: [pro]}}",
        "4:45 this file has no product pro",
    ),
    "a time without a zone": (
        HEAD + "coupons: {x: {percent_off: 20, redeem_by: 2027-12-31T23:59:59}}",
        "4:43 redeem_by: expected a time with its zone, such as 2027-12-31T23:59:59Z",
    ),
    "more than all off": (HEAD + "coupons: {x: {percent_off: 120}}", "4:28 120 per cent → more than 0"),
    "a feature that is nowhere": (PRODUCT + "    features: [sso]", "7:16 this file has no feature sso → add it to"),
    "a feature twice": (
        HEAD + "features: {sso: {name: SSO}}\nproducts: {pro: {name: Pro, features: [sso, sso]}}",
        "5:45 sso is listed twice → name it once",
    ),
    "per cent": (HEAD + "coupons: {x: {percent_off: 20%}}", 'found "20%" → write 20 for 20 %'),
    "a decimal comma": (price("unit_amount: '9,00'"), "→ write 900: amounts are whole numbers"),
    "a currency sign": (price("unit_amount: €9"), "→ write 900: amounts"),
    "an amount with its currency": (price('unit_amount: "9.00 EUR"'), "→ write 900: amounts"),
    "yen with their sign": (price("unit_amount: ¥900, currency: jpy"), "→ write 900: amounts"),
    "a day alone": (
        HEAD + "coupons: {x: {percent_off: 20, redeem_by: 2026-01-01}}",
        "→ write 2026-01-01T00:00:00Z",
    ),
    "a day as Germans write it": (
        HEAD + "coupons: {x: {percent_off: 20, redeem_by: 31.12.2026}}",
        "→ write 2026-12-31T00:00:00Z",
    ),
    "what belongs to recurring": (
        price("unit_amount: 1, interval: month"),
        "unknown key interval → it belongs under `recurring:`",
    ),
    "products as a list": (HEAD + "products:\n  - name: Pro", "found a list → write each entry with its key"),
    "an open quote": (
        HEAD + 'products:\n  pro:\n    name: "Pro\n    url: https://x.com\n',
        "6:11 this is not YAML: while scanning a quoted scalar, found unexpected end of stream → close the quote",
    ),
    "a colon in a text": (PRODUCT + "    description: Basic: the box", "→ put text with a colon and a space in it in"),
    "a merge conflict": (
        HEAD + "<<<<<<< HEAD\nproducts: {}\n=======\nproducts: {pro: {name: Pro}}\n>>>>>>> other\n",
        "4:1 a merge conflict is left in the file",
    ),
    "a tab": (HEAD + "products:\n\tpro: {}", "this is not YAML"),
    "a tag": (
        PRODUCT.replace("name: Pro", "name: !!python/name:os.system x"),
        "6:11 tags like tag:yaml.org,2002:python/name:os.system mean nothing here",
    ),
    "two documents": (PRODUCT + "---\nversion: 1\n", "7:1 a second document begins here"),
    "an alias to nothing": (PRODUCT + "    url: *nothing", "7:10 no anchor &nothing above"),
    "an alias to itself": (HEAD + "products: &all\n  pro: *all", "5:8 *all contains itself"),
    "a list of products": (HEAD + "products: [pro]", "4:1 products: expected entries by key"),
    "a product of text": (HEAD + "products: {pro: Pro}", "4:12 product pro has no keys and values"),
    "a list at the top": ("- version: 1\n", "1:1 this is no catalog"),
    "one word": ("hello", "1:1 this is no catalog"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_place_and_a_way_out(mistake: str) -> None:
    text, message = MISTAKES[mistake]

    messages = problems(text)

    assert any(message in problem for problem in messages), messages
    assert all(not problem.endswith("→ ") for problem in messages), "each has a way out"


def test_a_mistake_at_the_top_makes_no_amount_one_without_a_currency() -> None:
    rate = "shipping_rates:\n  post: {display_name: Post, fixed_amount: {amount: 500}}\n"
    problems_found = problems(
        f"version: 1\ncatalog: shop\ncurrency: usd\nfoo: 1\ncoupons:\n  less: {{amount_off: 5}}\n{rate}"
    )

    assert [one.partition(" → ")[0] for one in problems_found] == ["4:1 unknown key foo"]
