"""What is about HTTP: raw clients, kept connections, bodies of any size and kind, calls at the same time."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from stripe_billing_cli.local_stripe.application import LONGEST_BODY
from stripe_billing_cli.local_stripe.core.messages import API_VERSION
from tests.local_stripe.conftest import SECRET_KEY, Clock, Local, serving

HEADERS = {"Authorization": f"Bearer {SECRET_KEY}", "Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def served_stripe(database: Path, clock: Clock) -> Iterator[Local]:
    with serving(database, clock=clock) as local:
        yield local


@pytest.fixture
def connection(served_stripe: Local) -> Iterator[http.client.HTTPConnection]:
    address = urlsplit(served_stripe.base)
    assert address.hostname is not None
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    yield connection
    connection.close()


def asked(
    connection: http.client.HTTPConnection, method: str, path: str, body: bytes | str = b"", **headers: str
) -> tuple[int, Any]:
    """Return the status and the JSON of an answer."""
    connection.request(method, path, body or None, {**HEADERS, **headers})
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def raw(served_stripe: Local, sent: bytes) -> bytes:
    """Return all that the server says to these bytes before it closes the connection."""
    address = urlsplit(served_stripe.base)
    with socket.create_connection((address.hostname, address.port), timeout=10) as peer:
        peer.sendall(sent)
        answer = b""
        while chunk := peer.recv(65536):
            answer += chunk
        return answer


@pytest.mark.parametrize(
    ("agent", "indented"),
    [
        ("curl/8.5.0", True),
        ("Stripe/v1 stripe-cli/1.52.0", True),
        ("Stripe/v1 PythonBindings/16.1.0", False),
        ("Stripe/v1 NodeBindings/23.1.0", False),
    ],
)
def test_people_get_indented_json_as_from_stripe_and_sdks_get_it_fast(
    served_stripe: Local, connection: http.client.HTTPConnection, agent: str, indented: bool
) -> None:
    served_stripe.product(name="Prö 🔑")
    connection.request("GET", "/v1/products", headers={**HEADERS, "User-Agent": agent})
    text = connection.getresponse().read().decode()

    assert ('\n  "object": "list"' in text) == indented
    assert json.loads(text)["data"][0]["name"] == "Prö 🔑"


def test_what_a_terminal_would_obey_stays_text(served_stripe: Local) -> None:
    """curl shows answers as they are: control characters, also those beyond ASCII, are escaped; letters are not."""
    name = "Müller \x1b[31m \x9b31m \x7f \u202e \u2066 😀"
    product = served_stripe.product(name=name)
    request = Request(f"{served_stripe.base}/v1/products/{product['id']}", headers=HEADERS)

    with urlopen(request) as answered:
        text = answered.read().decode()

    assert json.loads(text)["name"] == name
    assert "Müller" in text
    assert "😀" in text
    assert not [letter for letter in text if letter != "\n" and not letter.isprintable()]


def test_a_key_that_comes_back_in_a_header_steers_no_terminal(served_stripe: Local) -> None:
    head = (
        b"POST /v1/customers HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAuthorization: Bearer sk_test_123\r\n"
    )

    answer = raw(served_stripe, head + b"Idempotency-Key: a\x9b31mb\r\nContent-Length: 0\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 200")
    assert b"idempotency-key: a?31mb\r\n" in answer.lower()
    refused = raw(served_stripe, head + b"Idempotency-Key: a\x1b[31mb\x07\x7f\r\nContent-Length: 0\r\n\r\n")
    assert refused.startswith(b"HTTP/1.1 400")
    assert b"\x1b" not in refused


def test_the_sdks_own_transport_is_answered(served_stripe: Local) -> None:
    price = served_stripe.price(product_data={"name": "Prö 🔑"}, recurring={"interval": "month"}, expand=["product"])

    assert served_stripe.get(f"/v1/products/{price['product']['id']}")["name"] == "Prö 🔑"
    assert [event["type"] for event in served_stripe.events(types=["price.created"])] == ["price.created"]


def test_urllib_with_basic_authentication(served_stripe: Local) -> None:
    request = Request(f"{served_stripe.base}/v1/account", headers={"Authorization": "Basic c2tfdGVzdF8xMjM6"})

    with urlopen(request, timeout=10) as response:
        assert response.status == 200
        assert response.headers["Stripe-Version"] == API_VERSION
        assert json.load(response)["object"] == "account"


@pytest.mark.parametrize(
    ("body", "name", "value"),
    [
        ("images[]=https://a.example&images[]=https://b.example", "images", ["https://a.example", "https://b.example"]),
        ("images%5B0%5D=https%3A%2F%2Fa.example", "images", ["https://a.example"]),
        ("marketing_features[0][name]=Fast", "marketing_features", [{"name": "Fast"}]),
        ("metadata[caf%C3%A9]=a+b", "metadata", {"café": "a b"}),
        ("metadata[café]=☕".encode(), "metadata", {"café": "☕"}),
    ],
)
def test_a_form_in_any_spelling(
    connection: http.client.HTTPConnection, body: bytes | str, name: str, value: Any
) -> None:
    sent = body if isinstance(body, bytes) else body.encode()

    status, made = asked(connection, "POST", "/v1/products", b"name=Pro&" + sent)

    assert (status, made[name]) == (200, value)


def test_a_query_may_be_nested_and_encoded(
    served_stripe: Local, connection: http.client.HTTPConnection, clock: Clock
) -> None:
    served_stripe.price(lookup_key="a b&c")
    query = f"created[gte]={int(clock.now)}&lookup_keys%5B%5D=a+b%26c&expand[]=data.product&recurring="

    status, refused = asked(connection, "GET", f"/v1/prices?{query}")
    assert (status, refused["error"]["param"]) == (400, "recurring")

    status, listed = asked(connection, "GET", f"/v1/prices?{query.removesuffix('&recurring=')}")
    assert (status, listed["data"][0]["product"]["name"]) == (200, "Pro")


def test_an_id_in_a_path_may_be_encoded(served_stripe: Local, connection: http.client.HTTPConnection) -> None:
    served_stripe.product(id="a.b:c")

    assert asked(connection, "GET", "/v1/products/a%2Eb%3Ac")[1]["id"] == "a.b:c"
    status, refused = asked(connection, "GET", "/v1/products/caf%C3%A9")
    assert (status, refused["error"]["message"]) == (404, "No such product: 'café'")
    assert asked(connection, "GET", "/v1/products/%FF")[0] == 404


def test_a_connection_is_kept_through_answers_of_every_kind(connection: http.client.HTTPConnection) -> None:
    connection.connect()
    first = connection.sock

    statuses = [
        asked(connection, "POST", "/v1/products", "name=Pro")[0],
        asked(connection, "POST", "/v1/products", "colour=red")[0],
        asked(connection, "GET", "/v1/nothing")[0],
        asked(connection, "GET", "/v1/products", Authorization="")[0],
        asked(connection, "POST", "/v1/products", b"name=" + b"a" * LONGEST_BODY)[0],
        asked(connection, "GET", "/v1/products")[0],
    ]

    assert statuses == [200, 400, 404, 401, 413, 200]
    assert connection.sock is first


def test_head_is_answered_without_a_body(connection: http.client.HTTPConnection) -> None:
    connection.request("HEAD", "/v1/products", headers=HEADERS)
    response = connection.getresponse()

    assert (response.status, response.read()) == (404, b"")
    assert asked(connection, "GET", "/v1/products")[0] == 200


@pytest.mark.parametrize("surplus", [0, 1, LONGEST_BODY])
def test_a_body_has_a_longest_size(served_stripe: Local, connection: http.client.HTTPConnection, surplus: int) -> None:
    start = b"name=Pro&description="
    body = start + b"a" * (LONGEST_BODY - len(start) + surplus)

    status, answer = asked(connection, "POST", "/v1/products", body)

    assert status == (413 if surplus else 400)
    assert answer["error"]["type"] == "invalid_request_error"
    assert served_stripe.get("/v1/products")["data"] == []


def test_a_body_may_come_in_chunks(connection: http.client.HTTPConnection) -> None:
    connection.request("POST", "/v1/products", iter([b"name=Pr", b"o&metadata[a]", b"=1"]), HEADERS)
    response = connection.getresponse()

    assert (response.status, json.loads(response.read())["metadata"]) == (200, {"a": "1"})


@pytest.mark.parametrize("body", [b"name=\xff\xfe", b"\x00\x01\x02", b"name=%ff", b"\x80=Pro"])
def test_garbage_in_a_body_is_refused(
    served_stripe: Local, connection: http.client.HTTPConnection, body: bytes
) -> None:
    status, answer = asked(connection, "POST", "/v1/products", body)

    assert (status, answer["error"]["type"]) == (400, "invalid_request_error")
    assert served_stripe.get("/v1/products")["data"] == []


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 32 + b"\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET /v1/products HTTP/1.1\r\n\r\n",
        b"GET /v1/products HTTP/1.1\r\nHost: evil.example\r\nHost: localhost\r\n\r\n",
        b"POST /v1/products HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
    ],
)
def test_what_is_no_http_is_turned_away_and_others_are_served(served_stripe: Local, sent: bytes) -> None:
    assert raw(served_stripe, sent).startswith(b"HTTP/1.1 400 ")
    assert served_stripe.get("/v1/products")["data"] == []


PROPOSAL = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABkAAQCAAAA"}


def test_who_proposes_http_2_is_answered_in_http_1_with_each_parameter(connection: http.client.HTTPConnection) -> None:
    """As by curl with `--http2` and Java's `HttpClient`: header and body come apart, and the connection is kept."""
    made = [asked(connection, "POST", "/v1/products", f"name={name}", **PROPOSAL) for name in ("Pro", "Team")]
    status, listed = asked(connection, "GET", "/v1/products", **PROPOSAL)

    assert [(status, product.get("name")) for status, product in made] == [(200, "Pro"), (200, "Team")]
    assert (status, [product["name"] for product in listed["data"]]) == (200, ["Team", "Pro"])


def test_what_follows_a_proposal_in_the_same_packet_is_read(served_stripe: Local) -> None:
    call = b"GET /v1/products HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer sk_test_123\r\n"
    proposal = b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n"

    assert raw(served_stripe, call + proposal + call + b"Connection: close\r\n\r\n").count(b"HTTP/1.1 200 ") == 2


def test_an_endless_header_is_cut(served_stripe: Local) -> None:
    address = urlsplit(served_stripe.base)
    with (
        socket.create_connection((address.hostname, address.port), timeout=10) as peer,
        pytest.raises(ConnectionError),
    ):
        for _ in range(1000):
            peer.sendall(b"GET /v1/products HTTP/1.1\r\nX: " + b"a" * 65536)

    assert served_stripe.get("/v1/products")["data"] == []


def test_a_client_that_goes_away_in_the_middle_changes_nothing(served_stripe: Local) -> None:
    address = urlsplit(served_stripe.base)
    with socket.create_connection((address.hostname, address.port), timeout=10) as peer:
        peer.sendall(b"POST /v1/products HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nname=Pro")

    assert served_stripe.get("/v1/products")["data"] == []


def test_the_root_says_what_this_is(connection: http.client.HTTPConnection) -> None:
    status, about = asked(connection, "GET", "/")

    assert (status, about["api_version"]) == (200, API_VERSION)


def test_a_header_in_any_spelling(connection: http.client.HTTPConnection) -> None:
    first = asked(connection, "POST", "/v1/products", "name=Pro", **{"IDEMPOTENCY-KEY": "K1"})

    assert asked(connection, "POST", "/v1/products", "name=Pro", **{"idempotency-key": "K1"}) == first


def test_calls_at_the_same_time_are_all_answered(served_stripe: Local) -> None:
    def one(number: int) -> Any:
        return served_stripe.product(id=f"p{number}", name=f"Product {number}")["name"]

    with ThreadPoolExecutor(8) as pool:
        names = list(pool.map(one, range(40)))

    assert names == [f"Product {number}" for number in range(40)]
    assert len(served_stripe.get("/v1/products", limit=100)["data"]) == 40
    assert len(served_stripe.events(type="product.created")) == 40


def test_one_of_many_who_want_the_same_id_gets_it(served_stripe: Local) -> None:
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: served_stripe.send("post", "/v1/products", "name=Pro&id=pro"), range(16)))

    assert sorted(reply.status for reply in replies) == [200, *[400] * 15]
    assert {reply.refusal.code for reply in replies if reply.status == 400} == {"resource_already_exists"}


def test_one_key_at_the_same_time_makes_one_object(served_stripe: Local) -> None:
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: served_stripe.send("post", "/v1/products", "name=Pro", key="K1"), range(16)))

    assert {reply.status for reply in replies} <= {200, 409}
    assert len({reply.text for reply in replies if reply.status == 200}) == 1
    assert len(served_stripe.get("/v1/products")["data"]) == 1
