"""Events: never changed, never forgotten early, and told to whom they concern."""

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from django.conf import LazySettings, settings
from django.core import mail
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import DatabaseError, connection, transaction
from django.template.loader import render_to_string
from django.test import TestCase
from django.utils import timezone

from accounts import housekeeping
from accounts.activity import events
from accounts.activity.event_kinds import KINDS
from accounts.activity.events import title_of
from accounts.activity.notifications import COMPOSERS
from accounts.activity.origin import Origin
from accounts.authentication.factors.sent_codes import MESSAGE_KINDS
from accounts.authentication.second_steps import second_steps
from accounts.models import EventKind, SecurityEvent
from accounts.preferences import languages
from core.outbox.models import Message
from tests.accounts.helpers import addresses
from tests.notices import DETAILS, HERE, NOTICES
from tests.people import Person
from tests.portal.dutch import english_in, words_of

FILES = {"subject.txt", "body.html"}
FOLDERS = {path.name: path for path in Path("templates/email").iterdir() if path.is_dir()}
BY_STAFF = {kind for kind in NOTICES if kind.startswith("account:") or kind.endswith("_by_staff")}
BY_STAFF |= {EventKind.STAFF_OFFERED_CASE, EventKind.STAFF_SENT_RESET, EventKind.WORK_APPROVED}
BY_STAFF |= {EventKind.WORK_DECLINED, EventKind.WORK_ENDED}
BY_STAFF |= {
    EventKind.ORGANISATION_LEFT,
    EventKind.ORGANISATION_MANAGER_GIVEN,
    EventKind.ORGANISATION_MANAGER_TAKEN,
}


def folder(kind: str) -> str:
    return kind.replace(":", "_")


def html_of(sent: EmailMessage) -> str:
    assert isinstance(sent, EmailMultiAlternatives)
    return str(sent.alternatives[0][0])


# --- The database guards them -------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounts_securityevent SET kind = 'x:y' WHERE id = %s",
        "UPDATE accounts_securityevent SET at = '2001-01-01 00:00:00' WHERE id = %s",
        "DELETE FROM accounts_securityevent WHERE id = %s",
    ],
)
def test_the_database_itself_refuses_to_change_an_event(carol: Person, statement: str) -> None:
    event = events.record(carol.user, EventKind.SIGN_OUT_DONE, origin=Origin(HERE))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        connection.cursor().execute(statement, [event.pk])
    assert carol.kinds() == ["sign_out:done"]


def test_the_rows_cannot_be_changed_through_the_models_either(carol: Person) -> None:
    event = events.record(carol.user, EventKind.SIGN_OUT_DONE, origin=Origin(HERE))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        event.save()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        carol.user.events.all().delete()
    assert carol.kinds() == ["sign_out:done"]


def test_an_event_goes_after_its_year_and_not_before(carol: Person) -> None:
    now = timezone.now()
    for age in (settings.EVENTS_KEPT + timedelta(days=2), settings.EVENTS_KEPT - timedelta(days=1)):
        SecurityEvent.objects.create(user=carol.user, kind="sign_out:done", at=now - age)
    housekeeping.run()
    (left,) = carol.user.events.all()
    assert now - left.at < settings.EVENTS_KEPT


def test_an_event_outlives_the_account(carol: Person) -> None:
    event = events.record(carol.user, EventKind.SIGN_OUT_DONE, origin=Origin(HERE))
    carol.user.delete()
    assert SecurityEvent.objects.filter(pk=event.pk).exists()


def test_a_rolled_back_act_leaves_neither_event_nor_notice(carol: Person) -> None:
    def act() -> None:
        with transaction.atomic():
            events.record(carol.user, EventKind.TWO_STEP_OFF, origin=Origin(HERE))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    assert carol.kinds() == []
    assert not Message.objects.exists()


def test_every_kind_has_its_words() -> None:
    assert set(KINDS) == set(EventKind)


# --- Kinds and their words ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_reads_subject_and_action(kind: str) -> None:
    assert re.fullmatch(r"[a-z_]+:[a-z_]+", kind)
    assert KINDS[kind].tone in {"plain", "ok", "look", "loss"}
    assert f'id="{KINDS[kind].icon}"' in Path("static/img/icons.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_has_a_title_without_gaps(kind: str) -> None:
    title = title_of(SecurityEvent(kind=kind, details=DETAILS))
    assert title[0].isupper()
    assert not set("{}[]'") & set(title)
    assert "  " not in title
    assert title == title.strip()


def test_methods_are_named_in_words() -> None:
    event = SecurityEvent(kind="sign_in:recovered", details={"methods": ["password", "sms"]})
    assert title_of(event) == "Signed in with password and text message"
    for step in second_steps():
        event.details = {"methods": [step.slug]}
        assert title_of(event) == f"Signed in with {step.name}"


def test_a_kind_of_an_older_version_is_still_shown() -> None:
    assert title_of(SecurityEvent(kind="vault:saved", details={})) == "vault:saved"


# --- Notices ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [*NOTICES, *COMPOSERS, "sign_up:known"])
def test_what_is_sent_has_its_two_files(kind: str) -> None:
    assert {path.name for path in FOLDERS[folder(kind)].iterdir()} == FILES


def test_every_directory_of_mails_is_used() -> None:
    used = {*NOTICES, *COMPOSERS, *MESSAGE_KINDS.values(), "sign_up:known"}
    assert set(FOLDERS) == {folder(kind) for kind in used}


def test_every_code_has_a_composer() -> None:
    assert set(MESSAGE_KINDS.values()) <= set(COMPOSERS)


@pytest.mark.parametrize("kind", NOTICES)
@pytest.mark.usefixtures("clock")
def test_a_notice_tells_every_confirmed_address_what_when_and_where(
    alice: Person, kind: EventKind
) -> None:
    alice.user.email_addresses.create(address="waiting@latchkey.example")
    with TestCase.captureOnCommitCallbacks(execute=True):
        event = events.record(alice.user, kind, origin=Origin(HERE), **DETAILS)
    assert {sent.to[0] for sent in mail.outbox} == addresses(alice.user)
    sent = mail.outbox[0]
    html = html_of(sent)
    for words in (str(sent.body), html):
        assert title_of(event) in words
        assert "6 May 2031, 09:00 UTC" in words
        # Where staff sit is nobody's business but the operator's.
        assert ("Firefox on Linux · 192.0.2.7" in words) == (kind not in BY_STAFF)
        assert "https://testserver/" in words
        assert not re.search(r"\b\d{6}\b", words)
    assert not re.findall(r"https?://(?!testserver/)", str(sent.body))
    links = [unescape(href) for href in re.findall(r'href="(https?:[^"]+)"', html)]
    assert len(links) > 1
    assert [href for href in links if href not in str(sent.body)] == []
    assert "Latchkey" in sent.subject
    assert "\n" not in sent.subject
    heading = re.findall("<h1>(.+)</h1>", html)
    assert [f"latchkey: {words.lower()}" for words in heading] == [sent.subject.lower()]
    tone = KINDS[kind].tone  # an alarm must not look like a receipt
    assert f'<div class="card {tone}">' in html


def test_a_name_with_a_colon_leaves_the_heading_whole(
    carol: Person, settings: LazySettings
) -> None:
    settings.PORTAL_NAME = "Acme: Security"
    with TestCase.captureOnCommitCallbacks(execute=True):
        events.record(carol.user, EventKind.TWO_STEP_OFF, origin=Origin(HERE))
    assert "<h1>Two-step verification is off</h1>" in html_of(mail.outbox[0])


@pytest.mark.usefixtures("clock")
def test_every_notice_is_dutch_for_who_reads_dutch(carol: Person) -> None:
    languages.choose(carol.user, "nl")
    with TestCase.captureOnCommitCallbacks(execute=True):
        for kind in NOTICES:
            events.record(carol.user, kind, origin=Origin(HERE), **DETAILS)
    assert len(mail.outbox) == len(NOTICES)
    for sent in mail.outbox:
        for words in (str(sent.subject), str(sent.body), words_of(html_of(sent))):
            assert not english_in(words)
        assert "6 mei 2031, 09:00 UTC" in str(sent.body)


def test_a_quiet_kind_tells_nobody(alice: Person) -> None:
    events.record(alice.user, EventKind.PHONE_RENAMED, origin=Origin(HERE), phone="Pixel 8")
    assert not Message.objects.exists()


def test_a_name_is_only_text_in_a_mail(carol: Person) -> None:
    carol.user.name = "<b>Carol</b> & {{ 7 }}"
    carol.user.save()
    with TestCase.captureOnCommitCallbacks(execute=True):
        events.record(carol.user, EventKind.TWO_STEP_OFF, origin=Origin(HERE))
    (sent,) = mail.outbox
    html = html_of(sent)
    assert "<b>Carol" not in html
    assert "&lt;b&gt;Carol&lt;/b&gt; &amp; {{ 7 }}" in html
    assert "Hello <b>Carol</b> & {{ 7 }}," in sent.body


def test_a_notice_of_a_deleted_account_is_not_sent(carol: Person) -> None:
    with TestCase.captureOnCommitCallbacks(execute=False) as later:
        events.record(carol.user, EventKind.TWO_STEP_OFF, origin=Origin(HERE))
    carol.user.delete()
    for deliver in later:
        deliver()
    assert not mail.outbox
    assert Message.objects.get().status == "failed"


def test_every_subject_is_one_line_without_a_code() -> None:
    context = {"portal_name": "Latchkey", "code": "424242", "title": "What", "details": DETAILS}
    for name in FOLDERS:
        subject = render_to_string(f"email/{name}/subject.txt", context).strip()
        assert subject
        assert "\n" not in subject
        assert "424242" not in subject
