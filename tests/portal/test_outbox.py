"""The out-box as the rest of the site sees it: `queue`, and what became of a message."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from core.outbox import Composed, Undeliverable, queue
from core.outbox.delivery import Outcome
from core.outbox.delivery_status import Fate
from core.outbox.models import Message
from core.outbox.sms import memory_outbox
from core.outbox.worker import run_round

NUMBER = "+31612345678"
pytestmark = pytest.mark.django_db(transaction=True)


def compose(message: Message) -> Composed:
    """Write what the row's context asks for, or fail as it asks."""
    if message.context.get("gone"):
        raise Undeliverable("the sign-in is over")
    if message.context.get("broken"):
        code = "987105"
        raise KeyError(f"a mistake in a template with {code} in it")
    return Composed(subject="Hello\r\nBcc: eve@example.org", text="Your code is 987105.")


@pytest.fixture(autouse=True)
def outbox(settings: Settings) -> None:
    settings.OUTBOX_COMPOSER = f"{__name__}.compose"
    settings.OUTBOX_DELIVERY = "worker"
    settings.SMS_URL = "memory:"
    memory_outbox.clear()


def queued(**changes: Any) -> Message:
    wanted: dict[str, Any] = {
        "channel": "sms",
        "recipient": NUMBER,
        "kind": "code:sent",
        "context": {},
        "expires_at": timezone.now() + timedelta(minutes=10),
    }
    return queue(**(wanted | changes))


def test_a_queued_message_waits_for_the_worker_and_is_then_handed_over() -> None:
    message = queued()
    assert message.fate == Fate("waiting", "On its way.")
    assert memory_outbox == []
    assert run_round()[Outcome.SENT] == 1
    message.refresh_from_db()
    assert message.status == "sent"
    assert message.fate.state == "handed_over"
    assert [sent.number for sent in memory_outbox] == [NUMBER]
    assert run_round().total() == 0


def test_the_fate_tells_how_long_ago_and_to_whom() -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        text, mail = queued(), queued(channel="email", recipient="alice@example.org")
        run_round()
        clock.shift(timedelta(seconds=4))
        text.refresh_from_db()
        mail.refresh_from_db()
        assert text.fate.text == "Handed to the text message service 4 s ago."
        assert mail.fate.text == "Handed to the mail server 4 s ago."
        clock.shift(timedelta(minutes=3))
        assert mail.fate.text == "Handed to the mail server 3 min ago."


def test_a_rolled_back_change_sends_nothing(settings: Settings) -> None:
    settings.OUTBOX_DELIVERY = "inline"
    with transaction.atomic():
        queued()
        transaction.set_rollback(True)
    assert not Message.objects.exists()
    assert memory_outbox == []


def test_inline_delivery_waits_for_the_commit(settings: Settings) -> None:
    settings.OUTBOX_DELIVERY = "inline"
    with transaction.atomic():
        message = queued()
        assert memory_outbox == []
    message.refresh_from_db()
    assert message.fate.state == "handed_over"
    assert len(memory_outbox) == 1


@pytest.mark.parametrize("context", [{"broken": True}, {"gone": True}])
def test_inline_delivery_never_raises_into_the_request(
    settings: Settings, context: dict[str, bool]
) -> None:
    settings.OUTBOX_DELIVERY = "inline"
    message = queued(context=context)
    message.refresh_from_db()
    assert message.status == ("queued" if "broken" in context else "failed")
    assert memory_outbox == []


def test_a_mistake_in_a_composer_is_retried_and_leaves_no_code_in_row_or_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken, good = queued(context={"broken": True}), queued()
    counts = run_round()
    assert (counts[Outcome.RETRY], counts[Outcome.SENT]) == (1, 1)
    broken.refresh_from_db()
    good.refresh_from_db()
    assert broken.error == "internal error (KeyError)"
    assert "in compose" in caplog.text
    assert "987105" not in caplog.text
    assert broken.fate.text == "Not sent yet. We’ll try again automatically."
    assert good.status == "sent"


def test_a_message_that_nobody_can_get_any_more_fails_with_its_reason() -> None:
    message = queued(context={"gone": True})
    assert run_round()[Outcome.FAILED] == 1
    message.refresh_from_db()
    assert message.error == "the sign-in is over"
    assert message.fate.state == "failed"
    assert message.fate.text == "Not delivered. Try another way."


def test_tries_back_off_until_the_message_expires() -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        message = queued(context={"broken": True})
        for wait in (5, 15, 60, 300):
            assert run_round()[Outcome.RETRY] == 1
            clock.shift(timedelta(seconds=wait - 1))
            assert run_round().total() == 0
            clock.shift(timedelta(seconds=1))
        assert run_round()[Outcome.EXPIRED] == 1
        message.refresh_from_db()
        assert message.status == "expired"
        assert message.attempts == 5
        assert message.fate.state == "expired"


def test_a_message_that_no_worker_saw_in_time_is_not_sent_late() -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        message = queued()
        clock.shift(timedelta(minutes=10))
        assert message.fate.state == "expired"
        assert run_round()[Outcome.EXPIRED] == 1
        assert memory_outbox == []


def test_a_row_shows_neither_code_nor_text() -> None:
    message = queued()
    run_round()
    row = str(Message.objects.filter(pk=message.pk).values().get())
    assert "987105" in memory_outbox[0].text
    assert "987105" not in row
    assert "987105" not in repr(compose(message))


def test_an_unknown_channel_is_refused() -> None:
    with pytest.raises(ValueError, match="pigeon"):
        queued(channel="pigeon")
