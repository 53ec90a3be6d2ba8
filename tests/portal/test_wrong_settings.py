"""Wrong settings: a sentence for each, once, without a traceback, and with what would be right."""

import os
import re
import runpy
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.mail import EmailMessage
from pytest_django import Settings

from core.startup.env import WrongSettings, canonical_origin
from tests.settings import ENVIRONMENT, free_port

ROOT = Path(__file__).resolve().parent.parent.parent
SECRET = "hush"
GOOD = {**ENVIRONMENT, "EMAIL_URL": "smtp+tls://u:hush@mail.example.org:587"}


def read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **given: str) -> dict[str, Any]:
    """Read the environment anew, as a process that starts with these values does."""
    for name in os.environ:
        monkeypatch.delenv(name)
    for name, value in {**GOOD, "ENV_FILE": str(tmp_path / ".env"), **given}.items():
        monkeypatch.setenv(name, value)
    (tmp_path / ".env").touch()
    return runpy.run_path(str(ROOT / "portal" / "settings" / "environment.py"))


WRONG = [
    # setting, value, what the one sentence says
    ("DEBUG", "maybe", "DEBUG is 'maybe': it must be true or false"),
    ("SIGN_UP_OPEN", "yess", "SIGN_UP_OPEN is 'yess'"),
    ("HSTS_PRELOAD", "2", "HSTS_PRELOAD is '2'"),
    ("RECOVERY_HOLD_HOURS", "-1", "RECOVERY_HOLD_HOURS is '-1': .* of at least 0"),
    ("RECOVERY_HOLD_HOURS", "three days", "RECOVERY_HOLD_HOURS is 'three days'"),
    ("RECOVERY_HOLD_HOURS", "1.5", "RECOVERY_HOLD_HOURS is '1.5': .* whole number"),
    ("RECOVERY_HOLD_SAVED_CODE_HOURS", "-24", "RECOVERY_HOLD_SAVED_CODE_HOURS"),
    ("RESTORE_DELAY_HOURS", "-5", "RESTORE_DELAY_HOURS"),
    ("TRUSTED_BROWSER_DAYS", "x", "TRUSTED_BROWSER_DAYS is 'x'"),
    ("SMS_A_DAY", "-3", "SMS_A_DAY is '-3'"),
    ("SMS_A_DAY", "1,000", "SMS_A_DAY is '1,000'"),
    ("CONN_MAX_AGE", "a minute", "CONN_MAX_AGE is 'a minute'"),
    ("DATABASE_TIMEOUT", "-1", "DATABASE_TIMEOUT is '-1'"),
    ("TIME_ZONE", "Mars/Olympus", "TIME_ZONE is 'Mars/Olympus': .* Europe/Amsterdam"),
    ("TIME_ZONE", "../etc", "TIME_ZONE is '../etc'"),
    ("OUTBOX_DELIVERY", "cron", "OUTBOX_DELIVERY is 'cron': it must be worker or inline"),
    ("SMS_COUNTRIES", "NL,Belgium", "SMS_COUNTRIES is 'BELGIUM': .* NL,BE"),
    ("SMS_COUNTRIES", "XX", "SMS_COUNTRIES is 'XX'"),
    ("PORTAL_ORIGIN", "portal.example.org", "PORTAL_ORIGIN is .* https://host"),
    ("PORTAL_ORIGIN", "https://portal.example.org.", "PORTAL_ORIGIN is"),
    ("PORTAL_ORIGIN", "https://portal.example.org/sign-in", "PORTAL_ORIGIN is"),
    ("PORTAL_ORIGIN", "https://ada@portal.example.org", "PORTAL_ORIGIN is"),
    ("PORTAL_ORIGIN", "https://portal.example.org:99999", "PORTAL_ORIGIN is"),
    ("PORTAL_ORIGIN", "https://portal.example.org:port", "PORTAL_ORIGIN is"),
    ("PORTAL_ORIGIN", "https://", "PORTAL_ORIGIN is"),
    ("PORTAL_ORIGIN", "https://por tal.example.org", "PORTAL_ORIGIN is"),
    ("AUTHENTICATOR_ORIGIN", "ftp://codes.example.org", "AUTHENTICATOR_ORIGIN is"),
    ("PASSKEY_ORIGINS", "https://a.example.org, b", "PASSKEY_ORIGINS is 'b'"),
    (
        "DATABASE_URL",
        "postgress://u:hush@h/n",
        "DATABASE_URL .* postgres://user:password@host/name",
    ),
    ("DATABASE_URL", "postgres://u:hush@h:port/n", "DATABASE_URL"),
    ("DATABASE_URL", "postgres://u:hush@h", "DATABASE_URL names no database"),
    ("DATABASE_URL", "mysql://u:hush@h/n", "DATABASE_URL names a kind of database"),
    ("CACHE_URL", "memory", "CACHE_URL cannot be read"),
    ("CACHE_URL", "rediscache://h:6379/0", "CACHE_URL needs the Python package"),
    ("EMAIL_URL", "mail.example.org", "EMAIL_URL cannot be read"),
    ("EMAIL_URL", "smtp+tls://u:hush@mail.example.org:port", "EMAIL_URL cannot be read"),
    ("EMAIL_URL", "smtp+tls://", "EMAIL_URL names no host"),
    ("SIGNUP_OPEN", "false", "SIGNUP_OPEN is not a setting. Did you mean SIGN_UP_OPEN"),
    ("PORTAL_ORIGINS", "https://x.example", "PORTAL_ORIGINS is not a setting"),
    (
        "TRUSTED_PROXYS",
        "10.0.0.1",
        "TRUSTED_PROXYS is not a setting. Did you mean TRUSTED_PROXIES",
    ),
    ("ENV_FILE", "/nowhere/.env", "ENV_FILE names /nowhere/.env, which does not exist"),
    ("SECRET_KEY_FILE", "/nowhere/key", "SECRET_KEY_FILE names /nowhere/key"),
]


@pytest.mark.parametrize(("name", "value", "sentence"), WRONG)
def test_each_fault_is_one_sentence_that_names_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str, sentence: str
) -> None:
    if name in ("TRUSTED_PROXYS", "SIGNUP_OPEN"):
        near = "TRUSTED_PROXIES" if name == "TRUSTED_PROXYS" else "SIGN_UP_OPEN"
        monkeypatch.delitem(GOOD, near)
    if name == "SECRET_KEY_FILE":
        monkeypatch.delitem(GOOD, "SECRET_KEY")
    if name == "PORTAL_ORIGINS":
        monkeypatch.delitem(GOOD, "PORTAL_ORIGIN")
    with pytest.raises(WrongSettings) as caught:
        read(monkeypatch, tmp_path, **{name: value})
    (fault,) = caught.value.faults
    assert re.search(sentence, fault)
    assert SECRET not in fault


CHECKED = [
    ("DEFAULT_FROM_EMAIL", "junk", "Mail cannot be sent as “junk”: EMAIL_FROM"),
    ("DEFAULT_FROM_EMAIL", "Example, Inc. <no-reply@example.org>", "EMAIL_FROM or PORTAL_NAME"),
    ("DEFAULT_FROM_EMAIL", "a@b.example, c@d.example", "EMAIL_FROM"),
    ("DEFAULT_FROM_EMAIL", "", "EMAIL_FROM"),
    ("SMS_COUNTRIES", [], "SMS_COUNTRIES names no country"),
    ("SMS_URL", "carrier-pigeon://coop", "SMS_URL names no gateway"),
    ("TRUSTED_BROWSER_DAYS", 31, "TRUSTED_BROWSER_DAYS is 31"),
    ("GEOIP_PATH", "/nowhere", "GEOIP_PATH"),
    ("TERMS_URL", "example.org/terms", "TERMS_URL"),
    ("SUPPORT_ADDRESS", "help", "SUPPORT_ADDRESS"),
    ("BRAND_ACCENT", "green", "BRAND_ACCENT"),
    ("BRAND_LOGO", "/nowhere.svg", "BRAND_LOGO"),
    ("SECURITY_CONTACT", "somebody", "SECURITY_CONTACT"),
]


@pytest.mark.parametrize(("name", "value", "sentence"), CHECKED)
def test_what_needs_more_than_reading_is_checked_at_the_start(
    settings: Settings, name: str, value: object, sentence: str
) -> None:
    setattr(settings, name, value)
    problems = [problem.msg for problem in run_checks()]
    assert [problem for problem in problems if sentence in problem], problems


def test_all_faults_are_told_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(WrongSettings) as caught:
        read(monkeypatch, tmp_path, DEBUG="maybe", SMS_A_DAY="x", TIME_ZONE="Mars")
    assert [fault.split(" ")[0] for fault in caught.value.faults] == [
        "DEBUG",
        "TIME_ZONE",
        "SMS_A_DAY",
    ]


# --- As they stand ------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", ["$3cret$HOME" * 4, "a#b c\\n'" * 6, '"quoted" and more' * 3])
def test_a_value_is_taken_as_it_stands(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, secret: str
) -> None:
    assert read(monkeypatch, tmp_path, SECRET_KEY=secret)["SECRET_KEY"] == secret
    monkeypatch.delitem(GOOD, "SECRET_KEY")
    (tmp_path / ".env").write_text(f"SECRET_KEY={secret}\n")
    assert read(monkeypatch, tmp_path)["SECRET_KEY"] == secret


def test_secrets_come_from_files_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept = {
        "SECRET_KEY": "$3cret" * 9,
        "SEALING_KEYS": ENVIRONMENT["SEALING_KEYS"],
        "DATABASE_URL": "postgres://u:p$w@h/n",
        "EMAIL_URL": GOOD["EMAIL_URL"],
        "SMS_URL": "https+json://token@sms.example.org/send",
    }
    for name, value in kept.items():
        monkeypatch.delitem(GOOD, name)
        (tmp_path / name).write_text(f"{value}\n")
    files = {f"{name}_FILE": str(tmp_path / name) for name in kept}
    found = read(monkeypatch, tmp_path, **files)
    assert found["SECRET_KEY"] == kept["SECRET_KEY"]
    assert found["SMS_URL"] == kept["SMS_URL"]
    assert found["DATABASES"]["default"]["PASSWORD"] == "p$w"
    assert found["EMAIL_HOST_PASSWORD"] == SECRET


def test_a_secret_in_two_places_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("x" * 40)
    with pytest.raises(WrongSettings, match="SECRET_KEY and SECRET_KEY_FILE are both set"):
        read(monkeypatch, tmp_path, SECRET_KEY_FILE=str(tmp_path / "key"))


def test_the_sample_file_is_read_without_a_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As written, with what it leaves empty filled in from the environment."""
    kept = {name: GOOD.pop(name) for name in list(GOOD) if name != "SECRET_KEY"}
    try:
        found = read(monkeypatch, tmp_path, ENV_FILE=str(ROOT / ".env.example"))
    finally:
        GOOD.update(kept)
    assert found["PORTAL_ORIGIN"] == "https://portal.example.org"


def test_an_empty_value_gives_way_to_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("x" * 40)
    found = read(monkeypatch, tmp_path, SECRET_KEY="", SECRET_KEY_FILE=str(tmp_path / "key"))
    assert found["SECRET_KEY"] == "x" * 40


@pytest.mark.parametrize(
    ("written", "browsers"),
    [
        ("http://LocalHost:8000", "http://localhost:8000"),
        ("HTTPS://Id.Example.ORG/", "https://id.example.org"),
        ("https://id.example.org:443", "https://id.example.org"),
        ("http://id.example.org:80", "http://id.example.org"),
        ("https://id.example.org:8443", "https://id.example.org:8443"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://[::1]:8443", "https://[::1]:8443"),
    ],
)
def test_an_origin_is_kept_in_the_form_of_browsers(written: str, browsers: str) -> None:
    assert canonical_origin(written) == browsers


def test_a_blank_in_front_of_an_origin_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = read(monkeypatch, tmp_path, PORTAL_ORIGIN=" https://Id.example.org ")
    assert found["PORTAL_ORIGIN"] == "https://id.example.org"


NAMES = [
    "Example, Inc.",
    'The "Portal"',
    "a@b",
    "Firma (NL)",
    "semi;colon",
    "Grüße & Söhne",
    "<angle>",
    "back\\slash",
    "名前",
    "dot. dot.",
]


@pytest.mark.parametrize("name", NAMES)
def test_mail_goes_out_whatever_the_site_is_called(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Settings, name: str
) -> None:
    monkeypatch.delitem(GOOD, "EMAIL_FROM")
    settings.DEFAULT_FROM_EMAIL = read(monkeypatch, tmp_path, PORTAL_NAME=name)[
        "DEFAULT_FROM_EMAIL"
    ]
    assert not [each for each in run_checks() if each.id == "portal.E020"]
    raw = EmailMessage("Subject", "Text", to=["ada@example.org"]).message().as_bytes()
    sender = message_from_bytes(raw, policy=policy.default)["From"].addresses
    assert [(each.display_name, each.addr_spec) for each in sender] == [
        (name, "no-reply@testserver")
    ]


# --- In a process of its own --------------------------------------------------------------------


def run(*command: str, **given: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, **GOOD, "DJANGO_SETTINGS_MODULE": "portal.settings", **given}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_command_ends_with_the_sentence_alone() -> None:
    done = run("manage.py", "migrate", TIME_ZONE="Mars")
    assert done.returncode
    assert done.stderr.splitlines() == [
        "TIME_ZONE is 'Mars': it must be a time zone such as Europe/Amsterdam, or UTC."
    ]


def test_a_server_ends_with_the_sentence_once() -> None:
    bind = f"127.0.0.1:{free_port()}"
    done = run("-m", "gunicorn", "portal.wsgi", "--workers", "2", "--bind", bind, SMS_A_DAY="x")
    assert done.returncode
    said = done.stdout + done.stderr
    assert said.count("SMS_A_DAY is 'x'") == 1
    assert "Traceback" not in said


def test_a_deployment_says_who_stands_in_front_of_it() -> None:
    given = {"TRUSTED_PROXIES": "", "DATABASE_URL": "sqlite:///:memory:"}
    done = run("manage.py", "check", "--deploy", **given)
    assert done.returncode
    assert "TRUSTED_PROXIES is empty" in done.stderr
    done = run("manage.py", "check", "--deploy", **{**given, "TRUSTED_PROXIES": "none"})
    assert "TRUSTED_PROXIES" not in done.stderr
