"""The developer's page of messages, and the copies that it reads."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import path
from django.utils import timezone
from pytest_django import Settings

from core.outbox import Composed, queue
from core.outbox.email import dev_copies
from core.outbox.models import Message
from core.outbox.worker import run_round
from core.web.dev_outbox import outbox
from portal import urls

urlpatterns = [path("desk/outbox/", outbox), *urls.urlpatterns]
URL = "/desk/outbox/"
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]


def compose(message: Message) -> Composed:
    subject = f"<b>Subject {message.context['number']}</b>"
    return Composed(subject, "Your code is 987105. <i>", "<p style='color: red'>Hello</p>")


def codes() -> list[tuple[str, str, int]]:
    return [("Demo person", "424 242", 17)]


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.OUTBOX_COMPOSER = f"{__name__}.compose"
    settings.OUTBOX_DELIVERY = "worker"
    settings.OUTBOX_MIRROR = tmp_path / "var" / "outbox"
    settings.DEVELOPMENT_CODES = f"{__name__}.codes"
    settings.DEBUG = True
    return tmp_path / "var" / "outbox"


def send(count: int) -> None:
    for number in range(count):
        later = timezone.now() + timedelta(hours=1)
        context = {"number": number}
        queue(channel="email", recipient="a@b.org", kind="t", context=context, expires_at=later)
    run_round()


def test_a_delivered_message_is_kept_where_only_the_owner_reads_it(folder: Path) -> None:
    send(1)
    (copy,) = folder.iterdir()
    assert copy.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert dev_copies.read()[0]["text"] == "Your code is 987105. <i>"


def test_without_debug_nothing_is_kept_and_the_page_does_not_exist(
    settings: Settings, folder: Path, client: Client
) -> None:
    send(1)
    assert client.get(URL).status_code == 200
    settings.DEBUG = False
    send(1)
    assert len(list(folder.iterdir())) == 1
    assert client.get(URL, secure=True).status_code == 404


def test_a_folder_that_cannot_be_written_does_not_stop_delivery(
    settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    settings.OUTBOX_MIRROR = tmp_path / "file"
    send(1)
    assert Message.objects.get().status == "sent"


def test_the_newest_copies_are_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev_copies, "KEPT", 3)
    send(5)
    assert len(list(folder.iterdir())) == 3
    assert [copy["subject"][-5:-4] for copy in dev_copies.read()] == ["4", "3", "2"]


def test_the_page_lists_the_newest_first_and_shows_the_demo_code(client: Client) -> None:
    send(21)
    first = client.get(URL).content.decode()
    assert "424 242" in first
    assert first.index("Subject 20") < first.index("Subject 19")
    assert "&lt;b&gt;Subject 20" in first
    assert "<i>" not in first
    assert "Subject 0&" not in first
    assert "Subject 0&" in client.get(URL, {"page": 2}).content.decode()


def test_an_empty_desk_says_so(client: Client) -> None:
    assert "No messages sent yet." in client.get(URL).content.decode()


def test_the_html_part_is_shown_in_a_sandbox(client: Client) -> None:
    send(1)
    response = client.get(URL, {"html": dev_copies.read()[0]["name"]})
    assert response.content == b"<p style='color: red'>Hello</p>"
    assert response["Content-Security-Policy"].startswith("sandbox; default-src 'none'")


@pytest.mark.parametrize("name", ["", "nothing", "../settings"])
def test_what_is_not_in_the_folder_is_not_found(client: Client, name: str) -> None:
    send(1)
    assert client.get(URL, {"html": name}).status_code == 404


def test_a_damaged_copy_is_passed_over(folder: Path, client: Client) -> None:
    send(1)
    (folder / "9-damaged.json").write_text("{")
    assert client.get(URL).status_code == 200
