"""The page of an account with an organisation: the code is its person's, and shown once."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.utils import timezone

from accounts.authentication.proofs import Proof, Strength
from accounts.models import Enrolment
from devices.models import Authenticator, Phone, WorkCode
from tests.people import Person, enter, give_passkey
from tests.phones import App, give_app
from tests.work import first_code, give_enrolment, make_organisation, set_up

Browsers = Callable[..., Any]
CODE = re.compile(r"data-key>([0-9A-Z-]{34})<")


@pytest.fixture
def account(alice: Person) -> Enrolment:
    return give_enrolment(alice, make_organisation("Example Ltd"))


@pytest.fixture
def app(alice: Person, new_client: Browsers) -> App:
    return give_app(alice, new_client(), name="Pixel 8", phone=alice.phone)


@pytest.fixture
def browser(client: Any, alice: Person) -> Any:
    return enter(client, alice, Strength.TWO_STEP)


def address(account: Enrolment, act: str = "") -> str:
    return f"/devices/work/{account.public_id}/{act}"


def code_in(answer: Any) -> str:
    found = CODE.search(answer.text)
    assert found, answer.text
    return found[1]


def test_looking_makes_no_code(browser: Any, account: Enrolment, app: App) -> None:
    answer = browser.get(address(account))
    assert "Set it up on a phone" in answer.text
    assert "no-store" in answer["Cache-Control"]
    assert not WorkCode.objects.exists()


def test_the_code_is_shown_once_and_taken_by_the_phone(
    browser: Any, account: Enrolment, app: App, alice: Person
) -> None:
    answer = browser.post(address(account))
    assert "no-store" in answer["Cache-Control"]
    code = code_in(answer)
    assert f"/authenticator/#work/{code.replace('-', '')}" in answer.text
    assert code not in browser.get(address(account)).text
    assert app.post("work/claim", {"code": code}).status_code == 200
    row = Authenticator.objects.get(enrolment=account)
    assert row.trusted_from <= timezone.now()
    assert mail.outbox == []
    assert code not in str(alice.user.events.values_list("details"))


def test_each_code_ends_the_one_before(browser: Any, account: Enrolment, app: App) -> None:
    first, second = code_in(browser.post(address(account))), code_in(browser.post(address(account)))
    assert app.post("work/claim", {"code": first}).status_code == 404
    assert app.post("work/claim", {"code": second}).status_code == 200


def test_without_the_app_it_says_what_comes_first(browser: Any, account: Enrolment) -> None:
    answer = browser.get(address(account))
    assert "First link the app" in answer.text
    assert f"/devices/app/?next={address(account)}" in answer.text
    assert browser.post(address(account)).status_code == 302
    assert not WorkCode.objects.exists()


def test_with_two_phones_it_asks_which(
    browser: Any, account: Enrolment, app: App, alice: Person, new_client: Browsers
) -> None:
    phone = Phone.objects.create(user=alice.user, name="Tablet", linked_at=timezone.now())
    tablet = give_app(alice, new_client(), name="Tablet", phone=phone)
    assert "Which phone is it for?" in browser.get(address(account)).text
    assert browser.post(address(account)).status_code == 200
    assert not WorkCode.objects.exists()
    code = code_in(browser.post(address(account), {"app": tablet.installation.public_id}))
    assert app.post("work/claim", {"code": code}).status_code == 404
    assert tablet.post("work/claim", {"code": code}).status_code == 200


def test_somebody_elses_phone_is_no_choice(
    browser: Any, account: Enrolment, app: App, bob: Person, alice: Person, new_client: Browsers
) -> None:
    phone = Phone.objects.create(user=alice.user, name="Tablet", linked_at=timezone.now())
    give_app(alice, new_client(), phone=phone)
    his = give_app(bob, new_client(), phone=bob.phone)
    browser.post(address(account), {"app": his.installation.public_id})
    assert not WorkCode.objects.exists()


@pytest.mark.parametrize("state", ["action_required", "asked", "enrolled"])
def test_without_an_approval_there_is_no_code(
    browser: Any, account: Enrolment, app: App, state: str
) -> None:
    Enrolment.objects.filter(pk=account.pk).update(state=state)
    browser.post(address(account))
    assert not WorkCode.objects.exists()
    assert "Show the code" not in browser.get(address(account)).text


def test_an_old_approval_makes_no_code(browser: Any, account: Enrolment, app: App) -> None:
    long_ago = timezone.now() - settings.WORK_APPROVAL_AGE
    Enrolment.objects.filter(pk=account.pk).update(approved_at=long_ago)
    browser.post(address(account))
    assert not WorkCode.objects.exists()


def test_asking_stands_in_the_activity_and_on_the_page(
    browser: Any, account: Enrolment, alice: Person
) -> None:
    Enrolment.objects.filter(pk=account.pk).update(state="action_required")
    browser.post(address(account, "ask/"))
    answer = browser.post(address(account, "ask/"), follow=True)
    assert "We’ve asked Example Ltd." in answer.text
    assert alice.kinds() == ["work:asked"]
    assert "We’ll e-mail you when they answer." in browser.get("/devices/").text


def test_an_ended_account_is_gone(browser: Any, account: Enrolment) -> None:
    Enrolment.objects.filter(pk=account.pk).update(state="ended")
    assert "Example Ltd" not in browser.get("/devices/").text
    assert browser.get(address(account)).status_code == 404
    assert browser.post(address(account, "ask/")).status_code == 404


def test_what_a_recovered_session_binds_waits(
    client: Any, account: Enrolment, app: App, alice: Person
) -> None:
    enter(client, alice, Strength.RECOVERED)
    app.post("work/claim", {"code": code_in(client.post(address(account)))})
    app.post(f"work/{account.public_id}/confirm", {"code": first_code(account)})
    row = Authenticator.objects.get(enrolment=account)
    left = row.trusted_from - timezone.now()
    assert timedelta(0) < settings.RECOVERY_HOLD - left < timedelta(minutes=1)
    assert alice.reload().held_until == row.trusted_from


def test_a_password_alone_binds_nothing(client: Any, carol: Person, new_client: Browsers) -> None:
    phone = Phone.objects.create(user=carol.user, name="Hers", linked_at=timezone.now())
    account = give_enrolment(carol)
    give_app(carol, new_client(), phone=phone)
    enter(client, carol, Strength.PASSWORD)
    assert client.post(address(account))["Location"].startswith("/confirm/")
    assert not WorkCode.objects.exists()


def test_the_devices_page_says_how_it_stands(
    browser: Any, account: Enrolment, app: App, alice: Person
) -> None:
    for page in ("/devices/", "/security/"):
        assert "ready to be set up" in browser.get(page).text
    set_up(account, app)
    assert "new phone?" in browser.get("/devices/").text
    give_passkey(alice)
    browser.post(f"/devices/{alice.phone.public_id}/unlink/")
    enter(browser, alice, [Proof.now("passkey", Strength.TWO_STEP)])
    assert "Ask the organisation" in browser.get("/devices/").text
