"""The pages of a served local Stripe in a real Chromium: as a customer sees and clicks them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.local_stripe.checkout import selling
from tests.local_stripe.conftest import Local
from tests.local_stripe.making import incomplete, status

OFFLINE = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
]
"""Chromium talks to nobody but the local Stripe; as root it has no sandbox to run in."""


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of an empty browser. It fails the test when the page's own code does."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert chromium, "there is no chromium; `make test` installs it, or CHROMIUM names one"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=OFFLINE)
        opened = browser.new_page()
        opened.set_default_timeout(10_000)
        faults: list[str] = []
        opened.on("pageerror", lambda error: faults.append(str(error)))
        opened.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
        yield opened
        assert faults == []
        browser.close()


def test_a_first_payment_is_declined_then_made_after_3d_secure(page: Page, server: Local) -> None:
    subscription = incomplete(server)
    page.goto(subscription["latest_invoice"]["hosted_invoice_url"])
    pay = page.get_by_role("button", name="Pay $15.00")

    page.get_by_role("combobox").select_option("pm_card_visa_chargeDeclinedInsufficientFunds")
    pay.click()
    expect(page.get_by_text("Your card has insufficient funds.")).to_be_visible()
    assert status(server, subscription) == "incomplete"

    page.get_by_role("combobox").select_option("pm_card_authenticationRequired")
    pay.click()
    expect(page.get_by_text("Your bank asks whether this is you.")).to_be_visible()
    page.get_by_role("button", name="Complete").click()
    expect(page.get_by_text("Done.")).to_be_visible()
    assert status(server, subscription) == "active"


def test_the_card_of_a_trial_is_saved_and_the_page_fits_a_phone(page: Page, server: Local) -> None:
    subscription = incomplete(server, trial_period_days=7)
    setup = server.get(f"/v1/setup_intents/{subscription['pending_setup_intent']}")
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(f"{server.pages}/setup/{setup['id']}?client_secret={setup['client_secret']}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

    page.get_by_role("combobox").select_option("pm_card_visa")
    page.get_by_role("button").click()
    expect(page.get_by_text("The card is saved")).to_be_visible()
    assert server.get(f"/v1/subscriptions/{subscription['id']}")["default_payment_method"] is not None


def test_a_checkout_session_is_paid_after_a_decline_and_3d_secure(page: Page, server: Local) -> None:
    success = f"{server.base}/?session={{CHECKOUT_SESSION_ID}}"
    item = {
        "price": server.price(recurring={"interval": "month"})["id"],
        "quantity": 1,
        "adjustable_quantity": {"enabled": True, "maximum": 9},
    }
    session = selling(server, mode="subscription", line_items=[item], success_url=success)
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(session["url"])
    assert page.evaluate("document.documentElement.scrollWidth") <= 360

    page.get_by_label("Quantity").fill("2")
    page.get_by_label("Email").fill("jenny@example.com")
    page.get_by_label("Card", exact=True).select_option("pm_card_visa_chargeDeclined")
    page.get_by_role("button", name="Subscribe").click()
    expect(page.get_by_text("Your card was declined.")).to_be_visible()

    page.get_by_label("Card", exact=True).select_option("pm_card_authenticationRequired")
    page.get_by_role("button", name="Subscribe for $30.00").click()
    page.get_by_role("button", name="Complete").click()
    page.wait_for_url(f"{server.base}/?session={session['id']}")
    assert server.get(f"/v1/checkout/sessions/{session['id']}")["amount_total"] == 3000


UNREADABLE = """() => {
    const numbers = colour => colour.match(/[0-9.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(one => one / 255)
        .map(one => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
        .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
    const ground = element => {
        const [r, g, b, opacity = 1] = numbers(getComputedStyle(element).backgroundColor);
        return opacity > 0 ? [r, g, b] : ground(element.parentElement);
    };
    const contrast = element => {
        const [dark, bright] = [light(numbers(getComputedStyle(element).color)), light(ground(element))].sort();
        return (bright + 0.05) / (dark + 0.05);
    };
    const texts = [...document.body.querySelectorAll("*")].filter(element => element.tagName !== "OPTION"
        && (/INPUT|SELECT/.test(element.tagName) || [...element.childNodes].some(one => one.nodeType === 3)));
    return texts.filter(element => contrast(element) < 4.5).map(element => element.outerHTML);
}"""
"""The elements with a text of less contrast than WCAG 2.1 asks for (4.5 to 1, criterion 1.4.3)."""
BRIGHTNESS = "Math.max(...getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g))"


@pytest.mark.parametrize("server", ["own account"], indirect=True)
def test_the_pages_fit_every_screen_and_are_readable_in_the_dark(page: Page, server: Local, tmp_path: Path) -> None:
    """To look at them: `pytest --basetemp=DIRECTORY` keeps the screenshots."""
    invoice = incomplete(server)["latest_invoice"]["hosted_invoice_url"]
    asking = {
        "allow_promotion_codes": True,
        "custom_fields": [{"key": "e", "label": {"type": "custom", "custom": "Engraving"}, "type": "text"}],
        "shipping_address_collection": {"allowed_countries": ["US", "DE"]},
    }
    checkout = selling(server, server.price(unit_amount=99_999_999)["id"], **asking)["url"]
    for name, address in (("invoice", invoice), ("checkout", checkout), ("missing", f"{server.pages}/setup/seti_1")):
        page.goto(address)
        if name == "invoice":
            page.get_by_role("combobox").select_option("pm_card_visa_chargeDeclinedInsufficientFunds")
            page.get_by_role("button").click()
            expect(page.locator(".bad")).to_be_visible()
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert (page.evaluate(BRIGHTNESS) < 64) is (scheme == "dark")
            assert page.evaluate(UNREADABLE) == []
            for width in (320, 768, 1280):
                page.set_viewport_size({"width": width, "height": 700})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
                page.screenshot(path=tmp_path / f"{name}-{width}-{scheme}.png", full_page=True)
