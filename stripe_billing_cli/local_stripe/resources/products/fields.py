"""The parameters of products, after `stripe/params/_product_{create,update,list}_params.py`."""

from __future__ import annotations

from stripe_billing_cli.local_stripe.billing.catalog.price_data import DEFAULT_PRICE_DATA
from stripe_billing_cli.local_stripe.core.amount_parameters import Measure
from stripe_billing_cli.local_stripe.core.lists import LIST_FIELDS
from stripe_billing_cli.local_stripe.core.parameters import (
    EXPAND,
    Boolean,
    Choice,
    Field,
    ListOf,
    Metadata,
    ObjectParam,
    Text,
    Url,
    optional,
    required,
    unsettable,
)

ID = Text(255)
TYPE = Choice(("good", "service"))
DESCRIPTION = Text(40_000)
IMAGES = ListOf(Url(), 8)
MARKETING_FEATURES = ListOf(ObjectParam(required(name=Text(80))), 15)
PACKAGE_DIMENSIONS = ObjectParam(required(height=Measure(), length=Measure(), weight=Measure(), width=Measure()))
STATEMENT_DESCRIPTOR = Text(22)
TAX_DETAILS = ObjectParam({**optional(performance_location=Text()), **unsettable(tax_code=Text())})
UNIT_LABEL = Text(12)

CREATE = ObjectParam(
    {
        **required(name=Text()),
        "expand": EXPAND,
        **optional(
            active=Boolean(),
            default_price_data=DEFAULT_PRICE_DATA,
            description=DESCRIPTION,
            id=ID,
            images=IMAGES,
            marketing_features=MARKETING_FEATURES,
            metadata=Metadata(),
            package_dimensions=PACKAGE_DIMENSIONS,
            shippable=Boolean(),
            statement_descriptor=STATEMENT_DESCRIPTOR,
            tax_code=Text(),
            tax_details=TAX_DETAILS,
            type=TYPE,
            unit_label=UNIT_LABEL,
            url=Url(),
        ),
    }
)

PRODUCT_DATA = ObjectParam(
    {
        **required(name=Text()),
        **optional(
            active=Boolean(),
            id=ID,
            metadata=Metadata(),
            statement_descriptor=STATEMENT_DESCRIPTOR,
            tax_code=Text(),
            tax_details=TAX_DETAILS,
            unit_label=UNIT_LABEL,
        ),
    }
)
"""`product_data` of a price."""

UPDATE = ObjectParam(
    {
        "expand": EXPAND,
        **optional(
            active=Boolean(),
            name=Text(),
            shippable=Boolean(),
            statement_descriptor=STATEMENT_DESCRIPTOR,
        ),
        # `default_price: ''` unsets, although the SDK types it as a plain string.
        **unsettable(
            default_price=Text(),
            description=DESCRIPTION,
            images=IMAGES,
            marketing_features=MARKETING_FEATURES,
            metadata=Metadata(),
            package_dimensions=PACKAGE_DIMENSIONS,
            tax_code=Text(),
            tax_details=TAX_DETAILS,
            unit_label=UNIT_LABEL,
            url=Url(),
        ),
    }
)

LIST = ObjectParam(
    {
        **LIST_FIELDS,
        **optional(active=Boolean(), ids=ListOf(Text(), 100), shippable=Boolean(), type=TYPE, url=Text()),
    }
)

RETRIEVE = ObjectParam({"expand": Field(EXPAND.kind)})
DELETE = ObjectParam({})
