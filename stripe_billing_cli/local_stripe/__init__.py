"""The local Stripe: Stripe's API answered from a file, in process (`transport.py`) or over HTTP (`server.py`).

Imports run one way, which tests/local_stripe/test_layers.py holds:

    transport.py, server.py   the two ways in for clients
    api.py                    all resources put together: what is answered, done by itself, listened to
    resources/, pages/        a page of Stripe's API reference is a module, or a folder behind one facade
    billing/                  what happens to money and time: periods, prorations, invoices, payments, dunning
    core/                     what every resource is made with: store, parameters, router, events, scheduler

A resource whose calls do what most calls of Stripe's do is a declaration (`core/resource.py`, as in
`resources/tax_rates.py`); any other has handlers and parameters of its own (as in `resources/coupons.py`). Either is
added to `RESOURCES` in `api.py`.
"""
