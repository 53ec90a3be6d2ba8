"""What staff do for somebody whose things were lost or copied, with the thief beside the owner."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from django.core import mail

from accounts.authentication.proofs import Proof, Strength
from accounts.models import Enrolment, User
from tests.accounts.helpers import seen
from tests.attacks.test_thief_and_owner import prove_mailbox
from tests.attacks.tools import ask_for_code, start
from tests.links import open_link
from tests.people import (
    PASSWORD,
    Person,
    enter,
    give_codes,
    give_passkey,
    sign_in,
    the_passkey,
    the_session,
    trust,
)
from tests.phones import give_app
from tests.work import give_enrolment, set_up

Browsers = Callable[..., Any]
WHY = "She called us from the number we know."
SAID = {"checked": "called", "reason": WHY}
NEW = "a wholly new battery staple"
PASSWORD_PAGE = "/security/password/"


@pytest.fixture
def desk(client: Any, sue: Person) -> Any:
    """The browser of sue, at work."""
    return enter(client, sue, Strength.TWO_STEP)


def page(person: Person, act: str = "") -> str:
    return f"/admin/accounts/{person.user.public_id}/{act}"


def choose(browser: Any, old: str, new: str = NEW) -> Any:
    return browser.post(PASSWORD_PAGE, {"password": old, "new_password": new})


# --- A new password is required -----------------------------------------------------------------


def test_a_thief_who_knows_the_password_gets_no_further(
    desk: Any, new_client: Browsers, carol: Person
) -> None:
    """Two-step is off: the thief is in; staff require a new password; only the mailbox opens it."""
    thief, owner = new_client(), new_client()
    sign_in(thief, carol)
    assert thief.get("/security/").status_code == 200
    answer = desk.post(page(carol, "require-password/"), SAID, follow=True)
    assert "The person has to choose a new password." in answer.text
    assert "New password required" in answer.text
    assert thief.get("/security/").status_code == 302
    for browser in (thief, owner):
        sign_in(browser, carol)
        assert browser.get("/security/").url.partition("?")[0] == PASSWORD_PAGE
        assert browser.get("/devices/").url.partition("?")[0] == PASSWORD_PAGE
        assert browser.post("/security/two-step/on/").url.partition("?")[0] == PASSWORD_PAGE
    asked = owner.get(PASSWORD_PAGE, follow=True).text
    assert "Staff require a new password" in asked
    assert "back to the overview" not in asked  # which is not open
    for answer in (thief.get(PASSWORD_PAGE), choose(thief, PASSWORD)):
        assert answer.url.startswith("/confirm/")
    assert carol.reload().check_password(PASSWORD)
    prove_mailbox(owner, carol)
    assert "Staff require a new password" in owner.get(PASSWORD_PAGE).text
    assert choose(owner, PASSWORD).status_code == 302
    assert owner.get("/security/").status_code == 200
    assert carol.reload().check_password(NEW)
    assert thief.get("/security/").url.startswith("/sign-in/")


def test_with_two_step_on_the_second_step_opens_the_page(
    desk: Any, new_client: Browsers, alice: Person
) -> None:
    desk.post(page(alice, "require-password/"), SAID)
    hers = new_client()
    sign_in(hers, alice)
    assert hers.get("/security/").url.partition("?")[0] == PASSWORD_PAGE
    text = hers.get(PASSWORD_PAGE).text
    assert "Staff require a new password" in text
    assert "Leave it as it is" not in text
    assert choose(hers, PASSWORD, PASSWORD).status_code == 200  # the same one is none
    assert hers.get("/security/").url.partition("?")[0] == PASSWORD_PAGE
    assert choose(hers, PASSWORD).status_code == 302
    assert hers.get("/security/").status_code == 200
    assert "Require a new password" in desk.get(page(alice)).text


def test_after_the_password_comes_what_would_have_come(
    desk: Any, new_client: Browsers, alice: Person
) -> None:
    """She signs in by mail: where her phone is, is still asked."""
    desk.post(page(alice, "require-password/"), SAID)
    hers = new_client()
    start(hers, alice)
    code = ask_for_code(hers, alice)
    asked = hers.post("/sign-in/email/", {"code": code}).url
    assert asked == "/sign-in/where-is-your-phone/"
    first = hers.get(asked).url
    assert unquote(first) == f"{PASSWORD_PAGE}?next=/sign-in/where-is-your-phone/"
    answer = hers.post(first, {"password": PASSWORD, "new_password": NEW})
    assert answer.url == asked
    assert "Where is your phone?" in hers.get(asked).text


def test_one_can_sign_out_instead(desk: Any, new_client: Browsers, alice: Person) -> None:
    desk.post(page(alice, "require-password/"), SAID)
    hers = new_client()
    sign_in(hers, alice)
    hers.post("/sign-out/")
    assert hers.get("/security/").url.startswith("/sign-in/")


def test_a_reset_by_mail_is_a_new_password_too(
    desk: Any, new_client: Browsers, alice: Person
) -> None:
    desk.post(page(alice, "require-password/"), SAID)
    hers = new_client()
    hers.post("/password/reset/", {"email": alice.address})
    open_link(hers, the_link(alice))
    hers.post("/password/reset/new/", {"new_password": NEW})
    alice.password = NEW
    assert sign_in(hers, alice).url == "/security/"
    assert hers.get("/security/").status_code == 200


# --- A link for a new password ------------------------------------------------------------------


def the_link(person: Person) -> str:
    """The link in the newest mail to this person that has one for a new password."""
    for sent in reversed(mail.outbox):
        found = re.search(r"https?://[^/\s]+(/password/reset/link/#\S+)", str(sent.body))
        if found and sent.to == [person.address]:
            return found[1]
    raise AssertionError("no link was sent")


def test_the_link_goes_to_the_person_alone_and_works(
    desk: Any, new_client: Browsers, alice: Person
) -> None:
    answer = desk.post(page(alice, "send-reset/"), SAID, follow=True)
    assert f"We’ll send the link to {alice.address}." in answer.text
    link = the_link(alice)
    assert link.partition("#")[2] not in answer.text
    told = {sent.to[0] for sent in mail.outbox if WHY in str(sent.body)}
    assert told == {row.address for row in alice.user.email_addresses.verified()}
    assert len(told) == 2
    assert [sent.to for sent in mail.outbox if link in str(sent.body)] == [[alice.address]]
    hers = new_client()
    open_link(hers, link)
    assert hers.post("/password/reset/new/", {"new_password": NEW}).status_code == 302
    assert alice.reload().check_password(NEW)
    assert alice.reload().has_two_step


def test_a_locked_account_gets_no_link(desk: Any, alice: Person) -> None:
    User.objects.filter(pk=alice.user.pk).update(is_active=False)
    assert "send-reset/" not in desk.get(page(alice)).text
    answer = desk.post(page(alice, "send-reset/"), SAID, follow=True)
    assert "The account is locked. Unlock it first." in answer.text
    assert not mail.outbox
    assert "staff:sent_reset" not in alice.kinds()


# --- A sheet of codes that was copied -----------------------------------------------------------


def test_a_copied_sheet_lets_nobody_in(desk: Any, new_client: Browsers, alice: Person) -> None:
    sheet = give_codes(alice)
    shown = seen(desk.get(page(alice, "discard-codes/")))
    assert "unused codes stop working" in shown
    answer = desk.post(page(alice, "discard-codes/"), SAID, follow=True)
    assert "The recovery codes no longer work." in answer.text
    assert "There are no recovery codes." in answer.text
    thief = new_client()
    thief.post("/sign-in/", {"email": alice.address, "password": alice.password})
    thief.post("/sign-in/recovery-code/", {"code": sheet[0]})
    assert thief.get("/security/").url.startswith("/sign-in/")
    assert alice.reload().has_two_step
    assert sign_in(new_client(), alice).url == "/security/"
    answer = desk.post(page(alice, "discard-codes/"), SAID, follow=True)
    assert alice.kinds().count("recovery_codes:discarded_by_staff") == 1


# --- One browser --------------------------------------------------------------------------------


def test_one_browser_is_signed_out_and_no_longer_trusted(
    desk: Any, new_client: Browsers, alice: Person, settings: Any
) -> None:
    settings.TRUSTED_BROWSER_DAYS = 30
    left, own = new_client(), new_client()
    trusted = trust(left, alice)
    enter(left, alice, [*proofs(), Proof.now("browser", Strength.PASSWORD, trusted.factor)])
    session = the_session(alice)
    type(session).objects.filter(pk=session.pk).update(trusted=trusted)
    enter(own, alice, Strength.TWO_STEP)
    act = page(alice, f"sessions/{session.public_id}/end/")
    assert act in desk.get(page(alice)).text
    answer = desk.post(act, SAID, follow=True)
    assert "The browser is signed out." in answer.text
    assert left.get("/security/").url.startswith("/sign-in/")
    assert own.get("/security/").status_code == 200
    assert not alice.user.trusted_browsers.live().exists()
    assert "This browser was signed out already." in desk.post(act, SAID, follow=True).text
    assert alice.kinds().count("session:ended_by_staff") == 1
    assert desk.get(act).status_code == 404


def proofs() -> list[Proof]:
    return [Proof.now("password", Strength.PASSWORD)]


def test_a_session_of_somebody_else_is_not_ended_here(
    desk: Any, new_client: Browsers, alice: Person, bob: Person
) -> None:
    hers = enter(new_client(), alice, Strength.TWO_STEP)
    session = the_session(alice)
    desk.post(page(bob, f"sessions/{session.public_id}/end/"), SAID)
    assert hers.get("/security/").status_code == 200


# --- A passkey that was lost --------------------------------------------------------------------


def test_a_lost_passkey_is_removed(desk: Any, new_client: Browsers, alice: Person) -> None:
    passkey = the_passkey(alice)
    inside = enter(new_client(), alice, Strength.TWO_STEP)
    act = page(alice, f"passkeys/{passkey.public_id}/remove/")
    assert act in desk.get(page(alice)).text
    assert "a second colleague" not in seen(desk.get(act))
    answer = desk.post(act, SAID, follow=True)
    assert "The passkey Blue key is removed." in answer.text
    assert not alice.user.passkeys.exists()
    assert inside.get("/security/").status_code == 302
    assert alice.reload().has_two_step
    event = alice.user.events.get(kind="passkey:removed_by_staff")
    assert WHY in event.details["reason"]
    assert "was removed already" in desk.post(act, SAID, follow=True).text


def test_the_last_strong_method_takes_two_colleagues(
    desk: Any, new_client: Browsers, pia: Person, root: Person
) -> None:
    act = page(pia, f"passkeys/{the_passkey(pia).public_id}/remove/")
    assert "a second colleague has to do the same" in seen(desk.get(act))
    for _twice in range(2):
        assert "A colleague has to agree" in desk.post(act, SAID, follow=True).text
        assert pia.user.passkeys.exists()
    second = enter(new_client(), root, Strength.TWO_STEP)
    assert "is removed" in second.post(act, SAID, follow=True).text
    assert not pia.user.passkeys.exists()
    assert pia.reload().has_two_step


def test_two_different_methods_are_not_taken_by_one_colleague_each(
    desk: Any, new_client: Browsers, alice: Person, root: Person
) -> None:
    """The first takes the passkey; the phone is then the last, and takes a colleague."""
    give_passkey(alice)
    desk.post(page(alice, f"passkeys/{the_passkey(alice).public_id}/remove/"), SAID)
    second = enter(new_client(), root, Strength.TWO_STEP)
    answer = second.post(page(alice, f"phones/{alice.phone.public_id}/unlink/"), SAID, follow=True)
    assert "A colleague has to agree" in answer.text
    assert alice.user.phones.linked().exists()


# --- A name -------------------------------------------------------------------------------------


def test_a_mistyped_name_is_corrected(desk: Any, alice: Person) -> None:
    act = page(alice, "name/")
    assert 'value="Alice"' in desk.get(act).text
    answer = desk.post(act, {**SAID, "name": ""})
    assert answer.status_code == 200
    assert WHY in answer.text
    desk.post(act, {**SAID, "name": "Alicia\nvan Dam"})
    assert alice.reload().name == "Alicia van Dam"
    event = alice.user.events.get(kind="account:named_by_staff")
    assert event.details["name_before"] == "Alice"
    assert "Alicia van Dam" in str(mail.outbox[-1].body)
    answer = desk.post(act, {**SAID, "name": "Alicia van Dam"}, follow=True)
    assert "That was the name already." in answer.text
    assert alice.kinds().count("account:named_by_staff") == 1


# --- A code for work ----------------------------------------------------------------------------


def work(person: Person, enrolment: Enrolment, act: str) -> str:
    return page(person, f"enrolments/{enrolment.public_id}/{act}/")


def test_a_request_is_declined_with_a_reason_and_can_be_made_again(
    desk: Any, new_client: Browsers, alice: Person
) -> None:
    app = give_app(alice, new_client(), phone=alice.phone)
    enrolment = give_enrolment(alice)
    set_up(enrolment, app)
    hers = enter(new_client(), alice, Strength.RECOVERED)
    hers.post(f"/devices/work/{enrolment.public_id}/ask/")
    shown = seen(desk.get(work(alice, enrolment, "approve")))
    assert "That doesn’t prove much" in shown
    assert work(alice, enrolment, "decline") in desk.get(work(alice, enrolment, "approve")).text
    mail.outbox.clear()
    answer = desk.post(work(alice, enrolment, "decline"), SAID, follow=True)
    assert "We’ll notify the person." in answer.text
    assert WHY in str(mail.outbox[-1].body)
    enrolment.refresh_from_db()
    assert enrolment.state == Enrolment.State.ENROLLED  # its codes go on
    assert (
        "nothing to decline" in desk.post(work(alice, enrolment, "decline"), SAID, follow=True).text
    )
    hers.post(f"/devices/work/{enrolment.public_id}/ask/")
    enrolment.refresh_from_db()
    assert enrolment.state == Enrolment.State.ASKED


def test_who_asks_from_a_strong_session_is_shown_so(
    desk: Any, new_client: Browsers, alice: Person
) -> None:
    enrolment = give_enrolment(alice, state="action_required")
    hers = enter(new_client(), alice, Strength.TWO_STEP)
    hers.post(f"/devices/work/{enrolment.public_id}/ask/")
    shown = seen(desk.get(work(alice, enrolment, "approve")))
    assert "signed in with password and authenticator app" in shown
    assert "That doesn’t prove much" not in shown
    desk.post(work(alice, enrolment, "decline"), SAID)
    enrolment.refresh_from_db()
    assert enrolment.state == Enrolment.State.ACTION_REQUIRED


def test_an_approval_and_a_no_at_once_leave_one_answer(
    desk: Any, new_client: Browsers, alice: Person
) -> None:
    enrolment = give_enrolment(alice, state="asked")
    desk.post(work(alice, enrolment, "approve"), SAID)
    desk.post(work(alice, enrolment, "decline"), SAID)
    enrolment.refresh_from_db()
    assert enrolment.state == Enrolment.State.APPROVED
    assert "work:declined" not in alice.kinds()
