"""Run by an older stripe-python (11.6): what has kept its form since. Prints a line for each part.

python older_python.py URL KEY
"""

import json
import sys
import time

import stripe

stripe.api_base, stripe.api_key = sys.argv[1:]


def customers() -> None:
    customer = stripe.Customer.create(email="ada@example.com", metadata={"seat": "1"})
    stripe.Customer.modify(customer.id, name="Ada")
    assert stripe.Customer.retrieve(customer.id).name == "Ada"
    assert [each.id for each in stripe.Customer.list(email="ada@example.com").auto_paging_iter()] == [customer.id]
    assert stripe.Customer.delete(customer.id).deleted


def products() -> None:
    product = stripe.Product.create(name="Pro")
    assert stripe.Product.modify(product.id, active=False).active is False


def prices() -> None:
    price = stripe.Price.create(
        currency="usd",
        unit_amount=1500,
        recurring={"interval": "month"},
        product_data={"name": "Pro"},
        lookup_key="pro",
    )
    assert stripe.Price.list(lookup_keys=["pro"]).data == [price]
    try:
        stripe.Price.retrieve("price_none")
    except stripe.InvalidRequestError as error:
        assert error.code == "resource_missing"


def webhooks() -> None:
    endpoint = stripe.WebhookEndpoint.create(url="https://shop.example/stripe", enabled_events=["*"])
    assert endpoint.secret.startswith("whsec_")
    payload = json.dumps(stripe.Event.list(limit=1).data[0])
    now = int(time.time())
    signature = stripe.WebhookSignature._compute_signature(f"{now}.{payload}", endpoint.secret)
    assert stripe.Webhook.construct_event(payload, f"t={now},v1={signature}", endpoint.secret).object == "event"


for part in (customers, products, prices, webhooks):
    part()
    print(f"{part.__name__}: ok")
