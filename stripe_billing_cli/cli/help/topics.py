"""Help topics besides the commands: exit codes, the environment, keys."""

from __future__ import annotations

from stripe_billing_cli.cli.help.page import Entry, HelpPage, Paragraph, Section


def _topic(name: str, summary: str, *sections: Section, text: tuple[str, ...] = ()) -> HelpPage:
    paragraphs = tuple(Paragraph(part) for part in (summary, *text))
    return HelpPage(f"billing help {name}", summary, paragraphs, sections)


EXIT_CODES = _topic(
    "exit-codes",
    "What the exit code of a command says.",
    Section(
        "Exit codes",
        (
            Entry("0", "Done, or nothing to do."),
            Entry(
                "1",
                "Stripe or the system failed, what was asked for cannot be done to the object as it is, or you said"
                " no.",
            ),
            Entry(
                "2",
                "The command line or the catalog is wrong, or nobody could be asked for a yes; nothing was done.",
            ),
            Entry(
                "3",
                "With `--check`, something is to be done: changes are pending (`catalog plan`, `catalog diff`), "
                "something differs (`access reconcile`), there are such events (`events list`).",
            ),
            Entry(
                "4",
                "The object did not get there: a payment failed or needs the customer, a code is not taken, there "
                "is no access, or `--wait`, `--until` or `--timeout` ran out.",
            ),
            Entry("130", "Interrupted with Ctrl-C."),
            Entry("143", "Ended by SIGTERM, as by `kill`; `listen` and `local serve` stop then, and exit with 0."),
        ),
    ),
    text=("The same command may be run again after any of them: what was done is not done twice.",),
)

ENVIRONMENT = _topic(
    "environment",
    "The variables of the environment that are read. An option on the command line beats them.",
    Section(
        "Which Stripe",
        (
            Entry("STRIPE_API_KEY", "The API key, unless --api-key, --api-key-file or --profile names another."),
            Entry("STRIPE_API_BASE", "Another server that speaks Stripe's API; a live key goes to Stripe's only."),
            Entry("BILLING_RATE_LIMIT", "Calls a second, where Stripe has raised the account's limit."),
            Entry("HTTPS_PROXY", "The proxy through which Stripe is reached; NO_PROXY excepts addresses from it."),
            Entry("REQUESTS_CA_BUNDLE", "The certificates to trust, where that proxy opens TLS; or SSL_CERT_FILE."),
        ),
    ),
    Section(
        "Receiving events",
        (
            Entry("BILLING_STORE", "Where events are kept, as --store says it."),
            Entry("STRIPE_WEBHOOK_SECRET", "The signing secret of the webhook endpoint; several with commas."),
            Entry("BILLING_ACCESS_TOKEN", "The token that callers of GET /access have to send."),
            Entry("BILLING_FORWARD_SECRET", "The secret with which --forward-to signs."),
        ),
    ),
    Section(
        "What is printed",
        (
            Entry("BILLING_OUTPUT", "The format, as --output says it."),
            Entry("BILLING_TIME_ZONE", "The time zone of dates, as --time-zone says it; UTC by default."),
            Entry("NO_COLOR", "If it is set: no colour. TERM=dumb says so too."),
            Entry("PAGER", "What shows long tables on a terminal, less by default; empty or cat: nothing."),
            Entry("COLUMNS", "The width of the screen, where the terminal does not say."),
        ),
    ),
    Section(
        "What handlers are given",
        (
            Entry(
                "BILLING_EVENT_…",
                "ID, TYPE, CREATED, OBJECT, OBJECT_ID, CUSTOMER, LIVEMODE and ATTEMPT of the event, to a command that "
                "`listen --exec` runs; of an access event also ACCESS, ACCESS_KIND and ACCESS_KEY.",
            ),
            Entry("BILLING_MODE", "Test or live, to the same."),
        ),
    ),
)

SETTINGS = _topic(
    "settings",
    "Where defaults of options come from: the command line, the environment, billing.toml.",
    Section(
        "What billing.toml in the current directory may say",
        (
            Entry("file", "The catalog, as --file names it."),
            Entry("profile", "A profile of the Stripe CLI, as --profile names it; STRIPE_API_KEY beats it."),
            Entry("output", "The format, as --output says it."),
            Entry("time_zone", "The time zone of dates, as --time-zone names it."),
            Entry("account", "The only account that is worked on, acct_…; --local ignores it."),
        ),
    ),
    Section("Examples", examples=('file = "shop/catalog.yaml"', 'account = "acct_1DRJJO1ms6BoCZps"')),
    text=(
        "An option on the command line beats the environment, and that beats billing.toml. `billing doctor` says which "
        "setting came from where.",
        "billing.toml has no keys and no --live: it is made to be committed.",
    ),
)

KEYS = _topic(
    "keys",
    "Where the API key comes from, and what it may do.",
    Section(
        "One of these, the first that is there",
        (
            Entry("--local", "No key at all: a Stripe on this machine, in .billing/local.db."),
            Entry("--api-key KEY", "Seen by whoever lists this machine's processes; better one of the others."),
            Entry("--api-key-file FILE", "The first line of a file; - for standard input."),
            Entry("--profile NAME", "A profile of the Stripe CLI, from `stripe login`; with --live its live key."),
            Entry("STRIPE_API_KEY", "The environment. A .env file is not read."),
        ),
    ),
    text=(
        "Secret keys (sk_) and restricted keys (rk_) work. `billing doctor` says which one is used, where it was "
        "found, and what it may read. A restricted key needs to read and write what a command works on.",
        "A key whose name has _live_ in it means real money: what changes something then shows the account and asks, "
        "or needs --yes where there is no terminal; catalog apply needs --live --yes. Such a key goes to "
        "https://api.stripe.com only.",
        "Keys are never printed, in no error and not with --verbose.",
    ),
)

TOPICS = {page.name.rpartition(" ")[2]: page for page in (EXIT_CODES, ENVIRONMENT, KEYS, SETTINGS)}
