"""A worker process that is killed in the middle of a delivery."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as portal
from django.core import mail
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from core.outbox import Composed, queue
from core.outbox.delivery import Outcome
from core.outbox.models import LEASE, Message
from core.outbox.worker import run_round
from tests.settings import BASE_DATABASE_URL

START_SECONDS = 30


def compose(message: Message) -> Composed:
    return Composed(subject="Hello", text=f"Try {message.attempts}")


def database_url() -> str:
    """The database of this test, for another process."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return f"{BASE_DATABASE_URL.partition('?')[0].rpartition('/')[0]}/{name}"


@contextmanager
def worker(mail_port: int) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        "DJANGO_SETTINGS_MODULE": "tests.portal.outbox_settings",
        "DATABASE_URL": database_url(),
        "MAIL_PORT": str(mail_port),
        "LATCHKEY_LIVE": "",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "django", "deliver"],
        cwd=portal.BASE_DIR,
        env={**os.environ, **environment},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.django_db(transaction=True)
def test_a_message_survives_the_kill_of_its_worker(settings: Settings) -> None:
    settings.OUTBOX_COMPOSER = f"{__name__}.compose"
    settings.OUTBOX_DELIVERY = "worker"
    later = timezone.now() + timedelta(hours=1)
    queue(channel="email", recipient="a@b.org", kind="t", context={}, expires_at=later)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(START_SECONDS)
        with worker(silent.getsockname()[1]) as process:
            accepted, _address = silent.accept()  # it has the row, and waits for a greeting
            process.kill()
            process.wait()
        accepted.close()
    assert run_round()[Outcome.SENT] == 0
    assert mail.outbox == []
    with time_machine.travel(timezone.now() + LEASE):
        assert run_round()[Outcome.SENT] == 1
    assert [sent.body for sent in mail.outbox] == ["Try 2"]
