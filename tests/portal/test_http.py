"""What the site believes about a request: its address through proxies, and where it may go."""

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from pytest_django import Settings

from core.web import proxies
from core.web.http import AGENT_LENGTH, NEXT_LENGTH, RequestOrigin, client_of, safe_next


def visit(address: str = "192.0.2.7", forwarded: str = "", agent: str = "") -> HttpRequest:
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    extra = {"headers": {**headers, "user-agent": agent}, "REMOTE_ADDR": address}
    return RequestFactory().get("/", **extra)  # type: ignore[arg-type] # both are its own


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "expected"),
    [
        # Nobody is trusted: what is forwarded is only a claim.
        ([], "192.0.2.7", "", "192.0.2.7"),
        ([], "192.0.2.7", "198.51.100.1", "192.0.2.7"),
        # One proxy: the last hop is what it saw, what stands before is the visitor's claim.
        (["10.0.0.1"], "10.0.0.1", "198.51.100.1", "198.51.100.1"),
        (["10.0.0.1"], "10.0.0.1", "127.0.0.1, 198.51.100.1", "198.51.100.1"),
        (["10.0.0.1"], "10.0.0.1", " 198.51.100.1 ", "198.51.100.1"),
        (["10.0.0.1"], "192.0.2.7", "198.51.100.1", "192.0.2.7"),
        (["10.0.0.1"], "10.0.0.1", "", "10.0.0.1"),
        # A chain of proxies, by network.
        (["10.0.0.0/8"], "10.0.0.1", "198.51.100.1, 10.9.9.9", "198.51.100.1"),
        (["10.0.0.0/8"], "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        # Nonsense ends the walk.
        (["10.0.0.1"], "10.0.0.1", "nonsense", "10.0.0.1"),
        (["10.0.0.1"], "10.0.0.1", "198.51.100.1, <script>", "10.0.0.1"),
        # Each way in which servers and proxies write an address.
        (["10.0.0.1"], "10.0.0.1", "198.51.100.1:8080", "198.51.100.1"),
        (["10.0.0.1"], "10.0.0.1", '"198.51.100.1:8080"', "198.51.100.1"),
        (["10.0.0.1"], "10.0.0.1", "[2001:db8::5]:443", "2001:db8::5"),
        (["10.0.0.1"], "10.0.0.1", '"[2001:db8::5]"', "2001:db8::5"),
        (["10.0.0.1"], "10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        (["10.0.0.1"], "10.0.0.1", "[::ffff:198.51.100.1]:80", "198.51.100.1"),
        (["10.0.0.1"], "10.0.0.1", "fe80::5%eth0", "fe80::5"),
        ([], "192.0.2.7:4711", "", "192.0.2.7"),
        ([], "[2001:db8::5]:443", "", "2001:db8::5"),
        # Mapped on the side of the peer, and in the setting.
        ([], "::ffff:192.0.2.7", "", "192.0.2.7"),
        (["10.0.0.0/8"], "::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        (["::ffff:10.0.0.0/104"], "10.0.0.1", "198.51.100.1", "198.51.100.1"),
        (["::ffff:10.0.0.0/104"], "::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        (["10.1.2.3/8"], "10.0.0.1", "198.51.100.1", "198.51.100.1"),
        # A proxy that knows no address of its peer vouches for what it was sent.
        (["10.0.0.1"], "10.0.0.1", "198.51.100.1, unknown", "198.51.100.1"),
        (["10.0.0.1"], "10.0.0.1", "198.51.100.1, unix:", "198.51.100.1"),
        (["10.0.0.1"], "10.0.0.1", "unknown", "10.0.0.1"),
        # IPv6, and a Unix socket, which has no address.
        (["fd00::/8"], "fd00::1", "2001:db8::5", "2001:db8::5"),
        (["10.0.0.1"], "", "198.51.100.1", ""),
        (["unix"], "", "198.51.100.1", "198.51.100.1"),
        (["unix"], "unix:", "198.51.100.1:80", "198.51.100.1"),
        (["unix"], "", "198.51.100.1, 203.0.113.4", "203.0.113.4"),
        (["unix", "10.0.0.0/8"], "", "198.51.100.1, 10.0.0.3", "198.51.100.1"),
        (["unix"], "192.0.2.7", "198.51.100.1", "192.0.2.7"),
        (["unix"], "", "", ""),
    ],
)
def test_the_address_is_the_nearest_that_is_not_a_trusted_proxy(
    settings: Settings, proxies: list[str], peer: str, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert client_of(visit(peer, forwarded)).address == expected


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", "unknown"),
        ("nonsense", "unknown"),
    ],
)
def test_limits_count_an_ipv4_address_or_the_64_of_an_ipv6(address: str, network: str) -> None:
    assert RequestOrigin(address, "").network == network


def test_a_proxy_that_names_nobody_is_logged_once(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    proxies._tell_once.cache_clear()
    settings.TRUSTED_PROXIES = ["10.0.0.1"]
    for forwarded in ("198.51.100.1", "<script>", "", "unknown"):
        client_of(visit("10.0.0.1", forwarded))
    client_of(visit("192.0.2.7"))
    assert [record.message.partition(":")[0] for record in caplog.records] == [
        "a trusted proxy sent no address of a visitor in X-Forwarded-For that could be read"
    ]


@pytest.mark.parametrize(
    ("proxies", "peer", "is_believed"),
    [
        ([], "10.0.0.1", False),
        (["10.0.0.1"], "10.0.0.1", True),
        (["10.0.0.1"], "::ffff:10.0.0.1", True),
        (["10.0.0.1"], "192.0.2.7", False),
        (["10.0.0.1"], "", False),
        (["unix"], "", True),
    ],
)
def test_only_a_proxy_says_that_the_connection_was_encrypted(
    settings: Settings, proxies: list[str], peer: str, is_believed: bool
) -> None:
    settings.TRUSTED_PROXIES = proxies
    plain = Client(REMOTE_ADDR=peer, headers={"x-forwarded-proto": "https"})
    answer = plain.get("/password/reset/sent/")
    assert answer.status_code == (200 if is_believed else 301)


@pytest.mark.parametrize("host", ["testserver", "testserver:4711", "testserver:80"])
def test_a_redirect_names_the_configured_origin_and_no_port_of_the_visitors(host: str) -> None:
    answer = Client(headers={"host": host}).get("/sign-in/?next=/devices/")
    assert answer.status_code == 301
    assert answer["Location"] == "https://testserver/sign-in/?next=/devices/"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Firefox", "Firefox"),
        ("x" * 5000, "x" * AGENT_LENGTH),
        ("Fire\x00fox\r\n\x1b[31m\u202e\ud800", "Firefox[31m"),
        ("", ""),
    ],
)
def test_the_agent_is_short_and_printable(sent: str, kept: str) -> None:
    assert client_of(visit(agent=sent)).agent == kept


@pytest.mark.parametrize("wanted", ["/devices/", "/a?b=c#d", "/" + "a" * (NEXT_LENGTH - 1), "/%0d"])
def test_a_path_of_this_site_is_a_place_to_go(wanted: str) -> None:
    assert safe_next(RequestFactory().get("/", {"next": wanted})) == wanted
    assert safe_next(RequestFactory().post("/", {"next": wanted})) == wanted


@pytest.mark.parametrize(
    "wanted",
    ["", "//evil", "/\\evil", "https:evil", "http://testserver/", "\t/a", "/a\n", "a", "/" * 501],
)
def test_anything_else_is_not(wanted: str) -> None:
    assert safe_next(RequestFactory().get("/", {"next": wanted})) == ""
    assert safe_next(RequestFactory().get("/", {"next": wanted}), "overview") == "/security/"
