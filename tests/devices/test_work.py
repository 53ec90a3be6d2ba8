"""Accounts with organisations on a phone: one code, one secret, and the old one till the new is."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core import mail
from django.utils import timezone

from accounts.activity.origin import Origin
from accounts.authentication.proofs import Proof, Strength
from accounts.models import Enrolment, SecurityEvent, User
from accounts.readiness import assessment
from accounts.signals import protection_changed
from core.web.http import RequestOrigin
from devices import housekeeping
from devices.authenticator import work_accounts
from devices.models import Authenticator, Phone, WorkCode
from devices.phones import linked_phones
from tests.attacks.tools import rows
from tests.people import Person, code_of, enter
from tests.phones import App, give_app
from tests.work import code_for, first_code, give_enrolment, make_organisation, set_up

VISITOR = RequestOrigin("192.0.2.7", "")
Clock = Any
Browsers = Callable[..., Any]


def app_on(person: Person, client: Any, name: str = "Pixel 9") -> App:
    """Link the app on a phone that has no account of the portal in it."""
    phone = Phone.objects.create(user=person.user, name=name, linked_at=timezone.now())
    return give_app(person, client, name=name, phone=phone)


@pytest.fixture
def app(client: Any, alice: Person) -> App:
    """The app on the phone of alice that her portal account is on, too."""
    return give_app(alice, client, name="Pixel 8", phone=alice.phone)


@pytest.fixture
def account(alice: Person) -> Enrolment:
    """An account of hers that staff approved."""
    return give_enrolment(alice, make_organisation("Example Ltd"))


def is_here(app: App, enrolment: Enrolment) -> bool:
    said = app.get("work").json()["enrolments"]
    return bool(next(each["here"] for each in said if each["id"] == str(enrolment.public_id)))


def state_of(app: App, enrolment: Enrolment) -> str:
    said = app.get("work").json()["enrolments"]
    return str(next(each["state"] for each in said if each["id"] == str(enrolment.public_id)))


def confirm(app: App, enrolment: Enrolment, code: str) -> Any:
    return app.post(f"work/{enrolment.public_id}/confirm", {"code": code})


def claim(app: App, code: Any) -> Any:
    return app.post("work/claim", {"code": code})


def test_an_account_is_listed_with_whom_to_ask(app: App, account: Enrolment) -> None:
    assert app.get("work").json() == {
        "enrolments": [
            {
                "id": str(account.public_id),
                "organisation": "Example Ltd",
                "label": account.label,
                "state": "approved",
                "here": False,
                "help": "Ask the help desk in room 12.",
            }
        ]
    }


def test_the_code_gives_the_secret_and_the_first_code_makes_it_count(
    app: App, account: Enrolment, alice: Person
) -> None:
    answer = claim(app, code_for(account, app))
    assert "no-store" in answer["Cache-Control"]
    given = answer.json()
    assert (given["issuer"], given["label"]) == ("Example Ltd", account.label)
    assert (given["algorithm"], given["digits"], given["period"]) == ("SHA1", 6, 30)
    row = Authenticator.objects.get(enrolment=account)
    assert not row.confirmed
    assert row.phone == alice.phone
    assert confirm(app, account, code_of(row)).json() == {"state": "enrolled"}
    assert state_of(app, account) == "enrolled"
    event = alice.user.events.get(kind="work:enrolled")
    assert event.details == {"organisation": "Example Ltd", "phone": "Pixel 8"}
    assert {message.to[0] for message in mail.outbox} == {
        row.address for row in alice.user.email_addresses.verified()
    }
    assert not any(given["secret"] in str(message.message()) for message in mail.outbox)


def test_a_secret_that_was_not_proved_opens_nothing(
    app: App, account: Enrolment, alice: Person, new_client: Browsers
) -> None:
    claim(app, code_for(account, app))
    browser = new_client()
    browser.post("/sign-in/", {"email": alice.address, "password": alice.password})
    browser.post("/sign-in/authenticator/", {"code": first_code(account)})
    assert browser.get("/security/").status_code == 302


def test_its_code_is_a_second_step_of_the_portal(
    app: App, account: Enrolment, alice: Person, new_client: Browsers, clock: Clock
) -> None:
    secret = set_up(account, app)
    clock.shift(timedelta(seconds=30))
    browser = new_client()
    browser.post("/sign-in/", {"email": alice.address, "password": alice.password})
    answer = browser.post("/sign-in/authenticator/", {"code": code_of(secret)})
    assert answer["Location"] == "/security/"


def test_the_first_code_is_spent(
    app: App, account: Enrolment, alice: Person, new_client: Browsers, clock: Clock
) -> None:
    code = code_of(set_up(account, app))
    browser = new_client()
    browser.post("/sign-in/", {"email": alice.address, "password": alice.password})
    browser.post("/sign-in/authenticator/", {"code": code})
    assert browser.get("/security/").status_code == 302


def test_a_phone_with_two_accounts_is_one_way_in(
    app: App, account: Enrolment, alice: Person, client: Any
) -> None:
    before = len(assessment.of(alice.user).ways)
    set_up(account, app)
    ways = assessment.of(alice.user).ways
    assert len(ways) == before
    assert str(ways[0].hint) == "on Pixel 8"
    enter(client, alice, Strength.TWO_STEP)
    assert client.get("/devices/").text.count(">Pixel 8</h3>") == 1


def test_a_phone_with_only_that_account_is_named_with_it(
    client: Any, account: Enrolment, alice: Person, new_client: Browsers
) -> None:
    set_up(account, app_on(alice, client))
    phone = alice.user.phones.get(name="Pixel 9")
    way = next(way for way in assessment.of(alice.user).ways if way.target == str(phone.public_id))
    assert str(way.hint) == "on Pixel 9, Example Ltd"
    browser = new_client()
    browser.post("/sign-in/", {"email": alice.address, "password": alice.password})
    page = browser.get(f"/sign-in/authenticator/?to={phone.public_id}").text
    assert "Example Ltd" in page or "on Pixel 8" in page


def test_wrong_codes_wait(app: App, account: Enrolment, alice: Person) -> None:
    claim(app, code_for(account, app))
    wrong = alice.wrong_code()
    for _try in range(settings.FAILURES_BEFORE_WAIT):
        answer = confirm(app, account, wrong)
        assert answer.status_code == 422
        assert answer.json()["code"] == "wrong_code"
    answer = confirm(app, account, first_code(account))
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert alice.kinds() == []


@pytest.mark.parametrize("code", ["١٢٣٤٥٦", "", "12", "0" * 4000])
def test_what_is_no_code_is_wrong(app: App, account: Enrolment, code: str) -> None:
    claim(app, code_for(account, app))
    assert confirm(app, account, code).status_code == 422


@pytest.mark.parametrize("body", [{}, {"code": None}, {"code": 5}, {"code": ["a"]}])
def test_what_the_app_would_not_send_is_malformed(app: App, account: Enrolment, body: Any) -> None:
    assert app.post("work/claim", body).json()["code"] == "malformed"
    claim(app, code_for(account, app))
    path = f"work/{account.public_id}/confirm"
    assert app.post(path, body).json()["code"] == "malformed"


@pytest.mark.parametrize("spelled", [str.lower, lambda code: code.replace("0", "O"), " ".join])
def test_the_code_may_be_typed_as_people_do(
    app: App, account: Enrolment, spelled: Callable[[str], str]
) -> None:
    assert claim(app, spelled(code_for(account, app))).status_code == 200


def test_the_code_counts_once(app: App, account: Enrolment) -> None:
    code = code_for(account, app)
    assert claim(app, code).status_code == 200
    first = Authenticator.objects.get(enrolment=account)
    assert claim(app, code).json()["code"] == "code_unknown"
    assert Authenticator.objects.get(enrolment=account) == first


def _nothing(app: App, account: Enrolment, clock: Clock) -> None:
    """Leave everything as it is."""


def _late(app: App, account: Enrolment, clock: Clock) -> None:
    clock.shift(settings.WORK_CODE_AGE)


def _ended(app: App, account: Enrolment, clock: Clock) -> None:
    Enrolment.objects.filter(pk=account.pk).update(state="ended")


def _newer(app: App, account: Enrolment, clock: Clock) -> None:
    code_for(account, app)


def _lapsed(app: App, account: Enrolment, clock: Clock) -> None:
    long_ago = timezone.now() - settings.WORK_APPROVAL_AGE
    Enrolment.objects.filter(pk=account.pk).update(approved_at=long_ago)


@pytest.mark.parametrize("meanwhile", [_late, _ended, _newer, _lapsed])
def test_a_code_that_is_over_is_told_like_one_that_never_was(
    app: App, account: Enrolment, clock: Clock, meanwhile: Callable[..., None]
) -> None:
    code, never = code_for(account, app), claim(app, "0" * 28)
    meanwhile(app, account, clock)
    answer = claim(app, code)
    assert (answer.status_code, answer.json()) == (404, never.json())
    assert not Authenticator.objects.filter(enrolment=account).exists()


def test_an_unlinked_phone_gets_nothing(app: App, account: Enrolment, alice: Person) -> None:
    code = code_for(account, app)
    linked_phones.unlink(phone=alice.phone, origin=Origin(VISITOR), lost=True)
    assert claim(app, code).json()["code"] == "unlinked"
    with pytest.raises(work_accounts.Unknown):
        work_accounts.claim(installation=app.reload(), typed=code)


def test_a_suspended_phone_gets_nothing(app: App, account: Enrolment, alice: Person) -> None:
    code = code_for(account, app)
    Phone.objects.filter(pk=alice.phone.pk).update(suspended_at=timezone.now())
    assert claim(app, code).status_code == 403
    assert not Authenticator.objects.filter(enrolment=account).exists()
    with pytest.raises(work_accounts.Unknown):
        work_accounts.claim(installation=app.installation, typed=code)
    with pytest.raises(work_accounts.Unknown):
        code_for(account, app)


def test_a_code_is_for_one_phone_and_one_person(
    app: App, account: Enrolment, alice: Person, bob: Person, client: Any
) -> None:
    code, never = code_for(account, app), claim(app, "0" * 28)
    for other in (app_on(alice, client, "Tablet"), app_on(bob, client, "His")):
        answer = claim(other, code)
        assert (answer.status_code, answer.json()) == (404, never.json())
    assert claim(app, code).status_code == 200


@pytest.mark.parametrize("act", ["ask", "confirm"])
def test_somebody_elses_account_is_no_account(
    app: App, account: Enrolment, bob: Person, client: Any, act: str
) -> None:
    claim(app, code_for(account, app))
    stranger, code = app_on(bob, client, "His"), {"code": first_code(account)}
    hers = stranger.post(f"work/{account.public_id}/{act}", code)
    none = stranger.post(f"work/00000000-0000-4000-8000-000000000000/{act}", code)
    assert (hers.status_code, hers.json()) == (404, none.json())
    assert stranger.get("work").json() == {"enrolments": []}
    assert Enrolment.objects.get(pk=account.pk).state == "approved"


def test_claims_are_limited(app: App, account: Enrolment) -> None:
    for _try in range(settings.WORK_CLAIMS_A_PHONE):
        assert claim(app, "0" * 28).status_code == 404
    assert claim(app, code_for(account, app)).status_code == 429


def test_asking_twice_is_asking_once(app: App, alice: Person) -> None:
    account = give_enrolment(alice, state="action_required")
    for _twice in range(2):
        answer = app.post(f"work/{account.public_id}/ask")
        assert (answer.status_code, answer.json()) == (202, {"state": "asked"})
    assert state_of(app, account) == "asked"
    assert alice.kinds() == ["work:asked"]
    assert mail.outbox == []


def test_asking_takes_no_approval_back(app: App, account: Enrolment) -> None:
    assert app.post(f"work/{account.public_id}/ask").status_code == 202
    assert state_of(app, account) == "approved"


def test_another_phone_is_told_that_something_is_to_be_done(
    app: App, account: Enrolment, alice: Person, client: Any
) -> None:
    set_up(account, app)
    other = app_on(alice, client)
    assert (state_of(app, account), state_of(other, account)) == ("enrolled", "action_required")
    other.post(f"work/{account.public_id}/ask")
    assert (state_of(app, account), state_of(other, account)) == ("asked", "asked")
    assert (is_here(app, account), is_here(other, account)) == (True, False)


def test_the_old_secret_ends_when_the_new_one_is_proved_and_not_before(
    app: App, account: Enrolment, alice: Person, client: Any
) -> None:
    old, other = set_up(account, app), app_on(alice, client)
    Enrolment.objects.filter(pk=account.pk).update(state="approved")
    claim(other, code_for(account, other))
    assert confirm(other, account, alice.wrong_code()).status_code == 422
    assert Authenticator.objects.usable().filter(pk=old.pk).exists()
    assert confirm(other, account, first_code(account)).status_code == 200
    assert not Authenticator.objects.filter(pk=old.pk).exists()
    assert (state_of(app, account), state_of(other, account)) == ("action_required", "enrolled")


def test_what_the_old_secret_proved_ends_with_it(
    app: App, account: Enrolment, alice: Person, client: Any, new_client: Browsers
) -> None:
    old, other, browser = set_up(account, app), app_on(alice, client), new_client()
    enter(browser, alice, Strength.TWO_STEP)
    session = str(browser.session.public_id)
    Enrolment.objects.filter(pk=account.pk).update(state="approved")
    claim(other, code_for(account, other))
    WorkCode.objects.filter(claimed_at__isnull=False).update(session=session)
    elsewhere = enter(new_client(), alice, Strength.TWO_STEP)
    confirm(other, account, first_code(account))
    assert browser.get("/security/").status_code == 200
    assert elsewhere.get("/security/").status_code == 302
    assert old.factor not in str(browser.session["proofs"])


def test_a_session_that_the_old_secret_proved_does_not_stay(
    app: App, account: Enrolment, alice: Person, client: Any, new_client: Browsers
) -> None:
    old, other, browser = set_up(account, app), app_on(alice, client), new_client()
    enter(browser, alice, [Proof.now("authenticator", Strength.TWO_STEP, old.factor)])
    Enrolment.objects.filter(pk=account.pk).update(state="approved")
    claim(other, code_for(account, other))
    WorkCode.objects.update(session=str(browser.session.public_id))
    confirm(other, account, first_code(account))
    assert browser.get("/security/").status_code == 302


def test_unlinking_the_phone_erases_it_and_says_what_is_to_be_done(
    app: App, account: Enrolment, alice: Person, client: Any
) -> None:
    set_up(account, app)
    other = app_on(alice, client, "Pixel 9")
    done = linked_phones.unlink(phone=alice.phone, origin=Origin(VISITOR), lost=True)
    assert done.event.details["authenticators"] == 2
    assert not Authenticator.objects.filter(enrolment=account).exists()
    assert state_of(other, account) == "action_required"


def test_a_claim_under_way_ends_with_the_phone(app: App, account: Enrolment, alice: Person) -> None:
    claim(app, code_for(account, app))
    row = Authenticator.objects.get(enrolment=account)
    linked_phones.unlink(phone=alice.phone, origin=Origin(VISITOR), lost=True)
    assert not Authenticator.objects.filter(pk=row.pk).exists()
    assert Enrolment.objects.get(pk=account.pk).state == "approved"


def test_a_secret_bound_after_a_fall_back_waits_like_any_factor(
    app: App, account: Enrolment, alice: Person, clock: Clock
) -> None:
    until = timezone.now() + settings.RECOVERY_HOLD
    claim(app, code_for(account, app, trusted_from=until))
    confirm(app, account, first_code(account))
    row = Authenticator.objects.get(enrolment=account)
    assert row.is_held
    assert row.trusted_from == until


def test_the_answer_that_got_lost_may_be_asked_for_again(app: App, account: Enrolment) -> None:
    code = code_for(account, app)
    claim(app, code)
    first = first_code(account)
    for _twice in range(2):
        assert confirm(app, account, first).json() == {"state": "enrolled"}
    assert SecurityEvent.objects.filter(kind="work:enrolled").count() == 1


def test_the_phone_must_prove_the_secret_soon(app: App, account: Enrolment, clock: Clock) -> None:
    claim(app, code_for(account, app))
    clock.shift(settings.WORK_CONFIRM_AGE)
    assert confirm(app, account, first_code(account)).json()["code"] == "work_unknown"
    clock.shift(timedelta(seconds=1))
    housekeeping.run()
    assert not Authenticator.objects.filter(enrolment=account).exists()


def test_an_approval_that_is_not_used_lapses(
    app: App, account: Enrolment, alice: Person, clock: Clock
) -> None:
    working = give_enrolment(alice)
    set_up(working, app)
    Enrolment.objects.filter(pk=working.pk).update(state="approved")
    clock.shift(settings.WORK_APPROVAL_AGE + timedelta(seconds=1))
    housekeeping.run()
    assert (state_of(app, account), state_of(app, working)) == ("action_required", "enrolled")


def test_no_secret_or_code_lies_in_the_clear(app: App, account: Enrolment) -> None:
    code = code_for(account, app)
    secret = claim(app, code).json()["secret"]
    for place, content in rows():
        assert code.encode() not in content, place
        assert secret.encode() not in content, place


def test_a_change_of_what_protects_her_ends_codes_on_their_way(
    app: App, account: Enrolment, alice: Person, client: Any
) -> None:
    code = code_for(account, app)
    enter(client, alice, Strength.TWO_STEP)
    client.post("/security/two-step/off/")
    assert not alice.reload().has_two_step
    assert claim(app, code).status_code == 404


def test_a_change_of_what_protects_her_ends_secrets_on_their_way(
    app: App, account: Enrolment, alice: Person, client: Any
) -> None:
    claim(app, code_for(account, app))
    first = first_code(account)
    enter(client, alice, Strength.TWO_STEP)
    client.post("/security/two-step/off/")
    assert not alice.reload().has_two_step
    assert confirm(app, account, first).json()["code"] == "work_unknown"
    assert not Authenticator.objects.filter(enrolment=account).exists()


def test_a_change_in_the_session_that_made_the_code_leaves_its_secret(
    app: App, account: Enrolment, alice: Person
) -> None:
    claim(app, code_for(account, app))
    hers = str(uuid4())
    WorkCode.objects.update(session=hers)
    protection_changed.send(User, user=alice.user, except_session=hers)
    assert confirm(app, account, first_code(account)).json() == {"state": "enrolled"}
