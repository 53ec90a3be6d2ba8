"""Several workers, dead workers, and the command around them."""

import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone
from pytest_django import Settings

from core.outbox import Composed, delivery, queue
from core.outbox.delivery import Outcome, deliver
from core.outbox.models import LEASE, Message
from core.outbox.sms import memory_outbox
from core.outbox.worker import clean_up, run, run_round

pytestmark = pytest.mark.django_db(transaction=True)
ran: list[str] = []
slow: list[threading.Event] = []


def compose(message: Message) -> Composed:
    if message.context.get("hold"):
        slow[0].wait(60)
    if message.context.get("stop"):
        os.kill(os.getpid(), signal.SIGTERM)
    return Composed(subject="", text=f"message {message.pk}")


def note_a_run() -> None:
    ran.append("ran")


def fail() -> None:
    raise RuntimeError("this housekeeping fails")


@pytest.fixture(autouse=True)
def outbox(settings: Settings) -> None:
    settings.OUTBOX_COMPOSER = f"{__name__}.compose"
    settings.OUTBOX_DELIVERY = "worker"
    settings.SMS_URL = "memory:"
    memory_outbox.clear()
    ran.clear()


def queued(**context: object) -> Message:
    later = timezone.now() + timedelta(hours=1)
    return queue(
        channel="sms", recipient="+31612345678", kind="test", context=context, expires_at=later
    )


def in_threads(count: int, work: Callable[[], object]) -> list[object]:
    """Run the same work in threads that all begin at the same moment."""
    barrier = threading.Barrier(count)

    def started() -> object:
        barrier.wait()
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        futures = [pool.submit(started) for _ in range(count)]
        return [future.result() for future in futures]


def test_of_eight_workers_only_one_gets_a_row() -> None:
    for _ in range(5):
        queued()
        claims = in_threads(8, Message.objects.claim)
        assert sum(claim is not None for claim in claims) == 1
        Message.objects.all().delete()


def test_two_workers_share_the_rows_and_send_each_once() -> None:
    wanted = sorted(f"message {queued().pk}" for _ in range(20))
    in_threads(2, run_round)
    assert sorted(sent.text for sent in memory_outbox) == wanted
    assert Message.objects.filter(status="sent", attempts=1).count() == 20


def test_the_rows_of_a_dead_worker_are_taken_over_after_the_lease() -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        queued()
        assert Message.objects.claim()
        clock.shift(LEASE - timedelta(seconds=1))
        assert Message.objects.claim() is None
        clock.shift(timedelta(seconds=1))
        taken_over = Message.objects.claim()
        assert taken_over
        assert taken_over.attempts == 2


def test_a_worker_that_comes_back_late_cannot_overwrite_the_result() -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        queued()
        stale = Message.objects.claim()
        assert stale
        clock.shift(LEASE)
        assert run_round()[Outcome.SENT] == 1
        assert not stale.mark_failed("too late")
        assert not stale.put_off("too late")
        assert deliver(stale) == Outcome.LOST
        stale.refresh_from_db()
        assert stale.status == "sent"
        assert stale.error == ""


def test_the_command_delivers_once_and_keeps_house(settings: Settings) -> None:
    settings.HOUSEKEEPING = [f"{__name__}.fail", f"{__name__}.note_a_run"]
    message = queued()
    call_command("deliver", once=True)
    message.refresh_from_db()
    assert message.status == "sent"
    assert ran == ["ran"]


def test_the_command_ends_on_sigterm_after_the_message_in_hand(settings: Settings) -> None:
    settings.HOUSEKEEPING = []
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    in_hand, next_one = queued(stop=True), queued()
    started = time.monotonic()
    try:
        call_command("deliver", interval=30, threads=1)  # with more, both may be in hand
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
    assert time.monotonic() - started < 10
    in_hand.refresh_from_db()
    next_one.refresh_from_db()
    assert (in_hand.status, next_one.status) == ("sent", "queued")


def test_closed_messages_are_deleted_after_thirty_days(settings: Settings) -> None:
    settings.HOUSEKEEPING = ["core.outbox.housekeeping.run"]
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        queued()
        run_round()
        clock.shift(timedelta(days=30))
        clean_up()
        assert Message.objects.count() == 1
        clock.shift(timedelta(seconds=1))
        waiting = queued()
        clean_up()
        assert list(Message.objects.all()) == [waiting]


def test_one_slow_server_holds_up_neither_mail_nor_text(settings: Settings) -> None:
    settings.HOUSEKEEPING = []
    stuck = threading.Event()
    slow.append(stuck)
    stop = threading.Event()

    def working() -> None:
        try:
            run(stop, interval=0.05)
        finally:
            connection.close()  # that of this thread

    running = threading.Thread(target=working)
    held, others = queued(hold=True), []
    running.start()
    try:
        wait_for(lambda: status_of(held) == "queued" and held_by_worker(held))
        others = [queued() for _each in range(5)]
        wait_for(lambda: {status_of(each) for each in others} == {"sent"})
        assert status_of(held) == "queued"
    finally:
        stuck.set()
        stop.set()
        running.join(30)
        slow.clear()
    assert status_of(held) == "sent"


def test_what_is_in_hand_for_long_is_not_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with time_machine.travel("2026-03-01T12:00:00Z", tick=False) as clock:
        queued()
        held = Message.objects.claim()
        assert held
        clock.shift(LEASE - timedelta(seconds=1))
        assert Message.objects.all().renew([held]) == 1
        clock.shift(LEASE - timedelta(seconds=1))
        assert Message.objects.claim() is None
        assert deliver(held) == Outcome.SENT


def test_an_accepted_message_is_written_down_however_long_that_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(delivery, "WRITE_PAUSES", (0, 0, 0))
    queued()
    message = Message.objects.claim()
    assert message
    refusals = iter([OperationalError("away"), OperationalError("away")])

    def fail_twice(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("UPDATE") and "sent_at" in sql and (error := next(refusals, None)):
            raise error
        return execute(sql, params, many, context)

    with connection.execute_wrapper(fail_twice):
        assert deliver(message) == Outcome.SENT
    assert run_round()[Outcome.SENT] == 0
    assert len(memory_outbox) == 1


def status_of(message: Message) -> str:
    return Message.objects.get(pk=message.pk).status


def held_by_worker(message: Message) -> bool:
    return Message.objects.get(pk=message.pk).leased_until is not None


def wait_for(check: Callable[[], bool]) -> None:
    for _each in range(300):
        if check():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen")
