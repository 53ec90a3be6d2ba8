"""The log: one event is one line, whatever a stranger put into it."""

import logging

import pytest
from django.db import DatabaseError, OperationalError
from django.test import Client

from core.logs import Calm, OneLine

FORMAT = OneLine("%(levelname)s %(name)s %(message)s")


def line(message: str, *words: object) -> str:
    return FORMAT.format(logging.LogRecord("site", logging.INFO, "f", 1, message, words, None))


@pytest.mark.parametrize(
    "forged",
    [
        "\nERROR site forged",
        "\r\nforged",
        "\x1b[2Jforged",
        "\x9b31m",
        "\u2028forged",
        "\u202e",
        "\x00",
    ],
)
def test_no_control_character_reaches_the_log(forged: str) -> None:
    written = line("name %s given", forged)
    assert len(written.splitlines()) == 1
    assert written.isprintable()
    assert written.startswith("INFO site name ")


def test_ordinary_words_stay_as_they_are() -> None:
    assert line("name %s given", "Grüße 🐎") == "INFO site name Grüße 🐎 given"


def test_a_traceback_keeps_its_lines_and_the_message_does_not() -> None:
    with pytest.raises(ValueError, match="invalid") as broken:
        int("one\ntwo")
    info = (broken.type, broken.value, broken.tb)
    record = logging.LogRecord("site", logging.ERROR, "f", 1, "broken\nforged", (), info)
    first, *rest = FORMAT.format(record).splitlines()
    assert first == "ERROR site broken\\x0aforged"
    assert rest[0].startswith("Traceback")


def test_a_forged_path_is_one_line(
    client: Client, caplog: pytest.LogCaptureFixture, db: None
) -> None:
    client.get("/nothing/%0aERROR forged%1b[31m/", secure=True)
    lines = [FORMAT.format(record) for record in caplog.records]
    assert [written for written in lines if "forged" in written]
    assert all(len(written.splitlines()) == 1 for written in lines)


def test_a_failed_sign_in_logs_nothing_of_what_was_typed(
    client: Client, caplog: pytest.LogCaptureFixture, db: None
) -> None:
    with caplog.at_level(logging.DEBUG):
        client.post("/sign-in/", {"email": "eve@latchkey.example", "password": "my secret horse"})
    said = [
        FORMAT.format(record) for record in caplog.records if record.name != "django.db.backends"
    ]
    assert "my secret horse" not in " ".join(said)


def record_of(error: BaseException) -> logging.LogRecord:
    info = (type(error), error, error.__traceback__)
    return logging.LogRecord("django.request", logging.ERROR, "f", 1, "Down: %s", ("/x",), info)


def test_thirty_times_the_same_fault_of_the_database_are_one_line() -> None:
    calm, lines = Calm(), []
    for _each in range(30):
        record = record_of(OperationalError("server closed\nthe connection"))
        if calm.filter(record):
            lines += FORMAT.format(record).splitlines()
    assert lines == [
        "ERROR django.request Down: /x (OperationalError: server closed)",
    ]


def test_after_a_while_it_is_told_again_with_what_was_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calm = Calm()
    for _each in range(3):
        calm.filter(record_of(OperationalError("away")))
    monkeypatch.setattr(Calm, "EVERY", 0.0)
    record = record_of(OperationalError("away"))
    assert calm.filter(record)
    assert record.getMessage().endswith("(OperationalError: away, and 2 more before)")


def test_a_mistake_of_ours_keeps_its_traceback_each_time() -> None:
    calm = Calm()
    for _each in range(2):
        record = record_of(RuntimeError("ours"))
        assert calm.filter(record)
        assert record.exc_info


def test_values_of_rows_are_not_logged_with_an_error() -> None:
    words = "duplicate key\nDETAIL:  Key (email)=(ada@example.org) already exists."
    written = FORMAT.format(record_of(DatabaseError(words)))
    assert "duplicate key" in written
    assert "ada@example.org" not in written
