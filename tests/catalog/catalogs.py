"""Catalog files that several tests apply."""

from __future__ import annotations

SEED = """\
version: 1
catalog: keymap
currency: usd
products:
  pro:
    name: Pro
    default_price: monthly
    prices:
      monthly: {unit_amount: 1500, recurring: month}
      yearly: {unit_amount: 15000, recurring: year}
"""

EVERYTHING = """\
version: 1
catalog: everything
currency: usd
tax_behavior: exclusive
meters:
  calls: {display_name: Calls, event_name: calls, default_aggregation: sum}
products:
  boxed:
    name: Boxed
    description: In a box
    images: [https://example.com/a.png, https://example.com/b.png]
    marketing_features: [Sturdy, Blue]
    metadata: {owner: sales, cost centre: "17"}
    package_dimensions: {height: 1.5, length: 2, weight: 3.25, width: 4}
    shippable: true
    statement_descriptor: BOXED GOODS
    tax_code: txcd_99999999
    unit_label: box
    url: https://example.com/boxed
    default_price: flat
    prices:
      flat:
        unit_amount: 1500
        recurring: {interval: month, interval_count: 3, trial_period_days: 14}
        nickname: Quarterly
        metadata: {sku: A-1}
        currency_options:
          eur: {unit_amount: 1400, tax_behavior: inclusive}
          jpy: {unit_amount: 2000}
      decimal: {unit_amount_decimal: "0.000000000001", recurring: month}
      once: {unit_amount: 0}
      graduated:
        recurring: month
        billing_scheme: tiered
        tiers_mode: graduated
        tiers:
          - {up_to: 5, flat_amount: 5000, unit_amount: 0}
          - {up_to: inf, unit_amount_decimal: "12.5"}
      volume:
        recurring: week
        billing_scheme: tiered
        tiers_mode: volume
        tiers: [{up_to: 10, unit_amount: 100}, {up_to: inf, flat_amount: 700}]
        currency_options:
          eur: {tiers: [{up_to: 10, unit_amount: 90}, {up_to: inf, flat_amount: 600}]}
      packs: {unit_amount: 1000, recurring: month, transform_quantity: {divide_by: 1000, round: up}}
      metered: {unit_amount: 2, recurring: {interval: month, usage_type: metered, meter: calls}}
      gift: {custom_unit_amount: {enabled: true, minimum: 500, maximum: 100000, preset: 2000}}
"""
