"""The site refuses to start with keys that everyone can read."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from core.startup import checks
from portal.settings import SAMPLE_SEALING_KEYS, SAMPLE_SECRET_KEY


def ids(found: list[object]) -> set[str]:
    return {str(getattr(problem, "id", "")) for problem in found}


def test_the_settings_of_a_real_site_pass() -> None:
    assert checks.check_keys() == []
    assert checks.check_origin() == []
    checks.refuse_unsafe_settings()


@pytest.mark.parametrize(
    "key", ["short", SAMPLE_SECRET_KEY, "change-me-" * 10, "django-insecure-" + "x" * 50]
)
def test_a_missing_short_or_sample_secret_key_is_refused(settings: Settings, key: str) -> None:
    settings.SECRET_KEY = key
    assert ids([*checks.check_keys()]) == {"portal.E003"}
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        checks.refuse_unsafe_settings()


def test_an_empty_secret_key_is_refused(settings: Settings) -> None:
    settings.SECRET_KEY = ""
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        checks.refuse_unsafe_settings()


def test_the_sample_sealing_key_is_refused(settings: Settings) -> None:
    settings.SEALING_KEYS = [SAMPLE_SEALING_KEYS]
    assert ids([*checks.check_keys()]) == {"portal.E002"}
    settings.DEBUG = True
    assert checks.check_keys() == []


@pytest.mark.parametrize("entries", [[], ["x"], ["a:AAAA"]])
def test_a_missing_or_malformed_sealing_key_is_refused_everywhere(
    settings: Settings, entries: list[str]
) -> None:
    settings.SEALING_KEYS = entries
    settings.DEBUG = True
    assert ids([*checks.check_keys()]) == {"portal.E001"}


@pytest.mark.parametrize(
    ("origin", "problem"),
    [
        ("https://portal.example.org", set()),
        ("https://portal.example.org:8443", set()),
        ("", {"portal.E004"}),
        ("portal.example.org", {"portal.E004"}),
        ("https://portal.example.org/path", {"portal.E004"}),
        ("http://portal.example.org", {"portal.E005"}),
    ],
)
def test_links_need_an_https_origin(settings: Settings, origin: str, problem: set[str]) -> None:
    settings.PORTAL_ORIGIN = origin
    assert ids([*checks.check_origin()]) == problem


@pytest.mark.parametrize(
    ("origin", "problem"),
    [
        ("", set()),
        ("https://codes.example.org", set()),
        ("https://codes.example.org:8443/", set()),
        ("codes.example.org", {"portal.E009"}),
        ("ftp://codes.example.org", {"portal.E009"}),
        ("https://codes.example.org/app", {"portal.E009"}),
        ("https://codes.example.org#app", {"portal.E009"}),
        ("https://ada@codes.example.org", {"portal.E009"}),
        ("https://codes.example.org.", {"portal.E009"}),
        ("https://codes.example.org:99999", {"portal.E009"}),
        ("https://codes.example.org:port", {"portal.E009"}),
        ("http://codes.example.org", {"portal.E010"}),
        ("https://portal.example.org", {"portal.E011"}),
        ("https://PORTAL.example.org:8443", {"portal.E011"}),
        ("https://codes.portal.example.org", {"portal.W003"}),
        ("https://example.org", {"portal.W003"}),
        ("https://otherportal.example.org", set()),
    ],
)
def test_the_app_has_an_https_host_to_itself_or_none(
    settings: Settings, origin: str, problem: set[str]
) -> None:
    settings.PORTAL_ORIGIN = "https://portal.example.org"
    settings.AUTHENTICATOR_ORIGIN = origin
    assert ids([*checks.check_app_origin()]) == problem
    if problem and problem != {"portal.W003"}:
        with pytest.raises(ImproperlyConfigured, match="AUTHENTICATOR_ORIGIN"):
            checks.refuse_unsafe_settings()


@pytest.mark.parametrize(
    ("origins", "problem"),
    [
        ([], set()),
        (["https://id.example.net", "https://login.example.org:8443"], set()),
        (["id.example.net"], {"portal.E016"}),
        (["http://id.example.net"], {"portal.E016"}),
        (["https://id.example.net/path"], {"portal.E016"}),
        (["https://codes.example.org"], {"portal.E016"}),
    ],
)
def test_former_origins_are_origins(
    settings: Settings, origins: list[str], problem: set[str]
) -> None:
    settings.AUTHENTICATOR_ORIGIN = "https://codes.example.org"
    settings.PASSKEY_ORIGINS = origins
    assert ids([*checks.check_passkey_origins()]) == problem


def test_what_is_fine_on_a_desk_is_warned_of_in_service(settings: Settings) -> None:
    settings.OUTBOX_DELIVERY = "inline"
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert ids([*checks.check_production()]) == {"portal.W001", "portal.W002", "portal.W004"}
    settings.OUTBOX_DELIVERY = "worker"
    settings.AUTHENTICATOR_ORIGIN = "https://codes.example.org"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert checks.check_production() == []


@pytest.mark.parametrize(
    ("days", "problem"), [(0, set()), (30, set()), (31, {"portal.E007"}), (-1, {"portal.E007"})]
)
def test_a_browser_is_trusted_for_thirty_days_at_most(
    settings: Settings, days: int, problem: set[str]
) -> None:
    settings.TRUSTED_BROWSER_DAYS = days
    assert ids([*checks.check_trust()]) == problem


@pytest.mark.parametrize(
    "entries", [["10.0.0.0/8", "127.0.0.1"], ["unix"], ["UNIX", "fd00::/8"], ["[::1]"], []]
)
def test_proxies_are_addresses_networks_or_the_socket(
    settings: Settings, entries: list[str]
) -> None:
    settings.TRUSTED_PROXIES = entries
    assert checks.check_proxies() == []


@pytest.mark.parametrize("entry", ["10.0.0.0/33", "proxy.example.org", "10.0.0", "10.0.0.1:80"])
def test_a_proxy_that_is_none_is_refused_by_its_name(settings: Settings, entry: str) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.1", entry]
    assert ids([*checks.check_proxies()]) == {"portal.E012"}
    with pytest.raises(ImproperlyConfigured, match=r"TRUSTED_PROXIES.*10.0.0.0/8.*unix") as refused:
        checks.refuse_unsafe_settings()
    assert entry in str(refused.value)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("10.0.0.0/8, 127.0.0.1", ""),
        (" 127.0.0.1 10.0.0.0/8 ,", ""),
        ("10.0.0.0/8, 127.0.0.300", "TRUSTED_PROXIES: “127.0.0.300” is no address"),
    ],
)
def test_proxies_stand_with_commas_or_blanks_between_them(typed: str, told: str) -> None:
    environment = {
        **os.environ,
        "TRUSTED_PROXIES": typed,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    command = [sys.executable, "manage.py", "check"]
    checked = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert checked.returncode == bool(told), checked.stderr
    assert told in checked.stderr
