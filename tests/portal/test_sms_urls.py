"""Which SMS_URL is taken, and what start-up says about the others."""

import pytest
from pytest_django import Settings

from core.outbox import checks
from core.outbox.sms import gateway_from_url

BAD = [
    "https://gateway.example.org/",
    "console://",
    "smpp://gateway.example.org",
    "https+json:///send",
    "https+json://gateway.example.org:port/",
    "https+json://[::1/",
    "https+json://gateway.example.org/a b",
    "https+json://tok%0D%0Aen@gateway.example.org/",
    "http+json://gateway.example.org/",
    "http+json://127.0.0.1.example.org/",
    "twilio://AC1@api.example.org/?from=+1",
    "twilio://AC1:secret@api.example.org/",
    "twilio://AC1:secret@api.example.org/?from=+1&scheme=http",
    "twilio://AC1:secret@api.example.org/?from=+1&scheme=ftp",
    "twilio://AC1:secret@/?from=+1",
]
GOOD = [
    "",
    "console:",
    "memory:",
    "https+json://gateway.example.org/send",
    "https+json://user:token@gateway.example.org:8443/send?from=Latchkey",
    "http+json://127.0.0.1:9000/",
    "http+json://[::1]:9000/",
    "http+json://localhost:9000/",
    "twilio://AC1:secret@api.example.org/?from=%2B15550100",
]


@pytest.mark.parametrize("url", BAD)
def test_start_up_refuses_a_gateway_it_does_not_know(settings: Settings, url: str) -> None:
    settings.SMS_URL = url
    (problem,) = checks.sms_url_is_known()
    assert problem.id == "outbox.E001"
    assert "secret" not in str(problem.msg)
    assert "tok" not in str(problem.msg).replace("token", "")


@pytest.mark.parametrize("url", GOOD)
def test_start_up_takes_a_gateway_it_knows(settings: Settings, url: str) -> None:
    settings.SMS_URL = url
    assert checks.sms_url_is_known() == []


def test_a_plus_in_the_sender_may_stand_as_it_is() -> None:
    gateway = gateway_from_url("twilio://AC1:secret@api.example.org/?from=+15550100")
    assert getattr(gateway, "sender", None) == "+15550100"


def test_start_up_refuses_paths_and_modes_that_lead_nowhere(settings: Settings) -> None:
    assert checks.dotted_paths_can_be_imported() == []
    assert checks.delivery_is_known() == []
    settings.HOUSEKEEPING = ["core.outbox.housekeeping.nothing"]
    settings.OUTBOX_DELIVERY = "pigeon"
    assert [problem.id for problem in checks.dotted_paths_can_be_imported()] == ["outbox.E003"]
    assert [problem.id for problem in checks.delivery_is_known()] == ["outbox.E002"]


@pytest.mark.parametrize(("url", "warnings"), [("console:", 1), ("memory:", 1), ("", 0)])
def test_deployment_is_warned_of_gateways_that_send_nothing(
    settings: Settings, url: str, warnings: int
) -> None:
    settings.SMS_URL = url
    assert len(checks.text_messages_leave_the_machine()) == warnings
