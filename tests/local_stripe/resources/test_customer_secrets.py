"""What a program hands to Stripe.js or to a mobile app for a customer: customer sessions and ephemeral keys."""

from __future__ import annotations

from tests.local_stripe.conftest import NOW, Local


def test_a_customer_session_has_the_features_that_were_wanted(local: Local) -> None:
    """Values where nothing is said are those of the texts in `stripe/_customer_session.py`."""
    customer = local.post("/v1/customers")["id"]
    features = {"payment_method_redisplay": "enabled", "payment_method_save": "enabled"}
    session = local.post(
        "/v1/customer_sessions",
        customer=customer,
        components={"payment_element": {"enabled": True, "features": features}},
        expand=["customer"],
    )
    assert (session["customer"]["id"], session["expires_at"]) == (customer, NOW + 1800)
    assert session["client_secret"].startswith("cuss_secret_")
    assert session["components"]["payment_element"] == {
        "enabled": True,
        "features": {
            "payment_method_allow_redisplay_filters": ["always"],
            "payment_method_redisplay": "enabled",
            "payment_method_redisplay_limit": 3,
            "payment_method_remove": "disabled",
            "payment_method_save": "enabled",
            "payment_method_save_usage": None,
        },
    }
    assert session["components"]["pricing_table"] == {"enabled": False}
    assert session["components"]["customer_sheet"] == {"enabled": False, "features": None}


def test_an_ephemeral_key_is_a_customer_s_until_it_is_deleted(local: Local) -> None:
    customer = local.post("/v1/customers")["id"]
    key = local.post("/v1/ephemeral_keys", customer=customer)
    assert key["associated_objects"] == [{"id": customer, "type": "customer"}]
    assert (key["expires"] - key["created"], key["secret"][:8]) == (3600, "ek_test_")
    gone = local.delete(f"/v1/ephemeral_keys/{key['id']}")
    assert (gone["id"], "secret" in gone) == (key["id"], False)
    assert local.refused("delete", f"/v1/ephemeral_keys/{key['id']}").code == "resource_missing"


def test_both_are_of_a_customer_that_there_is(local: Local) -> None:
    shown = {"components": {"pricing_table": {"enabled": True}}}
    for path, params in (("/v1/customer_sessions", shown), ("/v1/ephemeral_keys", {})):
        assert local.refused("post", path, **params).message == "Missing required param: customer."
        assert local.refused("post", path, **params, customer="cus_none").message == "No such customer: 'cus_none'"
