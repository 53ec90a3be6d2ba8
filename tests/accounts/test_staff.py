"""What staff do to an account: one event with a reason, a notice, and never a colleague's."""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone, translation
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.authentication.proofs import Strength
from accounts.forms.staff import CHECKS, LONGEST_REASON, NOBODY, ActForm
from accounts.models import SecurityEvent, StaffRequest, User
from devices.models import PhoneCommand
from tests.people import Person, enter, give_address, give_passkey, give_phone, sign_in, trust
from tests.phones import give_app

WHY = "She called us from the number we know."
SAID = f"{WHY} (Checked: nobody asked for it.)"
ACTS = ("lock/", "unlock/", "end-sessions/", "unlink/", "require-password/", "discard-codes/")


@pytest.fixture
def desk(client: Any, sue: Person) -> Any:
    """The browser of sue, at work."""
    return enter(client, sue, Strength.TWO_STEP)


@pytest.fixture(autouse=True)
def _with_a_second_factor(alice: Person, bob: Person) -> None:
    """A phone that is the last strong factor takes two members of staff: see test_staff_two."""
    give_passkey(alice)
    give_passkey(bob)


def page(person: Person, act: str = "") -> str:
    account = f"/admin/accounts/{person.user.public_id}/"
    return f"{account}phones/{person.phone.public_id}/{act}" if act == "unlink/" else account + act


def the_event(person: Person) -> SecurityEvent:
    return person.user.events.get(kind__in=STAFF_KINDS)


STAFF_KINDS = {
    "account:locked",
    "account:unlocked",
    "sessions:ended_by_staff",
    "phone:unlinked_by_staff",
    "password:required_by_staff",
    "recovery_codes:discarded_by_staff",
}


def test_locking_keeps_the_person_out_everywhere(
    desk: Any, new_client: Callable[..., Any], alice: Person, sue: Person
) -> None:
    browser = new_client()
    sign_in(browser, alice)
    assert browser.get("/security/").status_code == 200
    answer = desk.post(page(alice, "lock/"), {"checked": "nobody", "reason": WHY}, follow=True)
    assert "The account is locked." in answer.text
    assert browser.get("/security/").url.startswith("/sign-in/")
    assert sign_in(browser, alice).url == "/sign-in/?too-late"
    assert browser.get("/security/").url.startswith("/sign-in/")
    assert not alice.user.sessions.exists()
    event = the_event(alice)
    assert (event.kind, event.actor_id, event.details) == (
        "account:locked",
        sue.user.pk,
        {"reason": SAID},
    )


def test_a_half_done_sign_in_dies_with_the_lock(
    desk: Any, new_client: Callable[..., Any], alice: Person
) -> None:
    browser = new_client()
    browser.post("/sign-in/", {"email": alice.address, "password": alice.password})
    desk.post(page(alice, "lock/"), {"checked": "nobody", "reason": WHY})
    browser.post("/sign-in/authenticator/", {"code": alice.fresh_code()})
    assert browser.get("/security/").url.startswith("/sign-in/")


def test_unlocking_lets_the_person_in_again_with_what_they_had(
    desk: Any, new_client: Callable[..., Any], alice: Person
) -> None:
    User.objects.filter(pk=alice.user.pk).update(is_active=False)
    assert "Unlock this account" in desk.get(page(alice)).text
    answer = desk.post(page(alice, "unlock/"), {"checked": "nobody", "reason": WHY}, follow=True)
    assert "The account is unlocked." in answer.text
    assert sign_in(new_client(), alice).url == "/security/"
    assert the_event(alice).kind == "account:unlocked"


def test_ending_all_sessions_signs_every_browser_out(
    desk: Any, new_client: Callable[..., Any], alice: Person
) -> None:
    browsers = [new_client(), new_client()]
    for browser in browsers:
        sign_in(browser, alice)
    assert "We’ll sign out 2 browsers." in desk.get(page(alice, "end-sessions/")).text
    answer = desk.post(
        page(alice, "end-sessions/"), {"checked": "nobody", "reason": WHY}, follow=True
    )
    assert "2 browsers were signed out." in answer.text
    assert all(browser.get("/security/").status_code == 302 for browser in browsers)
    assert the_event(alice).details == {"sessions": 2, "reason": SAID}


def test_unlinking_a_phone_kills_its_codes_and_leaves_two_step_on(
    desk: Any, new_client: Callable[..., Any], alice: Person
) -> None:
    code, name = alice.fresh_code(), alice.phone.name
    address = page(alice, "unlink/")
    assert f"Unlink {name}" in desk.get(address).text
    answer = desk.post(address, {"checked": "nobody", "reason": WHY}, follow=True)
    assert f"{name} is unlinked" in answer.text
    assert not alice.user.phones.exists()
    assert alice.reload().has_two_step
    browser = new_client()
    browser.post("/sign-in/", {"email": alice.address, "password": alice.password})
    browser.post("/sign-in/authenticator/", {"code": code})
    assert browser.get("/security/").url.startswith("/sign-in/")
    assert the_event(alice).details["reason"] == SAID


@pytest.mark.parametrize("act", ACTS)
def test_every_act_is_told_at_every_confirmed_address_with_its_reason(
    desk: Any, new_client: Callable[..., Any], bob: Person, act: str
) -> None:
    second = give_address(bob).address
    _make_possible(bob, act, new_client())
    mail.outbox.clear()
    desk.post(page(bob, act), {"checked": "nobody", "reason": WHY})
    assert sorted(sent.to[0] for sent in mail.outbox) == sorted([bob.address, second])
    for sent in mail.outbox:
        assert isinstance(sent, mail.EmailMultiAlternatives)
        assert WHY in sent.body
        assert WHY in str(sent.alternatives[0][0])
        assert "staff" in sent.body


def _make_possible(person: Person, act: str, browser: Any) -> None:
    if act == "unlock/":
        User.objects.filter(pk=person.user.pk).update(is_active=False)
    else:
        sign_in(browser, person)


@pytest.mark.parametrize("act", ACTS)
def test_an_act_posted_twice_happens_once(
    desk: Any, new_client: Callable[..., Any], bob: Person, act: str
) -> None:
    _make_possible(bob, act, new_client())
    address = page(bob, act)
    mail.outbox.clear()
    answers = [
        desk.post(address, {"checked": "nobody", "reason": WHY}, follow=True) for _twice in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert the_event(bob).details["reason"] == SAID
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("reason", ["", "short", "         x         ", "x" * 501, "\u200b" * 20])
def test_an_act_without_a_reason_does_nothing_and_keeps_what_was_typed(
    desk: Any, new_client: Callable[..., Any], bob: Person, act: str, reason: str
) -> None:
    _make_possible(bob, act, new_client())
    before = bob.kinds()
    answer = desk.post(page(bob, act), {"checked": "nobody", "reason": reason})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert reason.strip() in answer.text
    assert bob.kinds() == before


@pytest.mark.parametrize("act", ACTS)
def test_looking_at_an_act_does_nothing(desk: Any, bob: Person, act: str) -> None:
    for look in (desk.get, desk.head):
        assert look(page(bob, act), {"checked": "nobody", "reason": WHY}).status_code == 200
    assert bob.kinds() == []
    assert bob.reload().is_active


def test_the_page_shows_the_whole_picture(
    desk: Any, new_client: Callable[..., Any], alice: Person
) -> None:
    sign_in(new_client(headers={"User-Agent": FIREFOX}), alice)
    text = desk.get(page(alice)).text
    number = str(alice.user.phone_numbers.get().number)
    shown = ["Authenticator app", "on Pixel 8", "strong", "for recovery", "••••@", "10 left"]
    shown += ["Firefox on Linux", "password and authenticator app", "Two-step on", "Joined"]
    shown += [alice.address, str(alice.user.public_id), f"••\u00a0{number[-2:]}"]
    assert [words for words in shown if words not in text] == []
    assert number not in text


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def test_the_person_reads_the_reason_in_their_own_activity(
    desk: Any, new_client: Callable[..., Any], alice: Person, sue: Person
) -> None:
    desk.post(page(alice, "end-sessions/"), {"checked": "nobody", "reason": "nobody is signed in"})
    sign_in(browser := new_client(), alice)
    desk.post(page(alice, "end-sessions/"), {"checked": "nobody", "reason": WHY})
    sign_in(browser, alice)
    text = browser.get("/security/activity/").text
    assert "Signed out everywhere by staff" in text
    assert WHY in text
    assert "nobody is signed in" not in text
    assert sue.address not in text


def test_colleagues_read_who_did_it(
    desk: Any, alice: Person, sue: Person, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    desk.post(page(alice, "lock/"), {"checked": "nobody", "reason": WHY})
    for address in (page(alice), page(alice, "activity/")):
        text = desk.get(address).text
        assert f"by {sue.address}" in text
        assert WHY in text


def test_markup_in_names_and_reasons_is_inert(desk: Any, alice: Person) -> None:
    evil = "<script>alert(1)</script> {{ 7|add:7 }} %s"
    User.objects.filter(pk=alice.user.pk).update(name=evil)
    alice.user.phones.update(name=evil)
    desk.post(page(alice, "lock/"), {"checked": "nobody", "reason": evil})
    for address in (
        page(alice),
        page(alice, "lock/"),
        page(alice, "activity/"),
        "/admin/accounts/",
    ):
        text = desk.get(address).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text


def test_the_page_costs_as_much_for_many_phones_as_for_one(
    desk: Any,
    new_client: Callable[..., Any],
    alice: Person,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    desk.get(page(alice))  # the first look is written down, and its colleague read from then on
    with django_assert_num_queries(19):
        desk.get(page(alice))
    for name in ("Second", "Third"):
        phone = give_phone(alice, name).phone
        give_app(alice, new_client(), phone=phone)
        give_app(alice, new_client(), status="unlinked")
        give_address(alice)
        enter(new_client(), alice, Strength.TWO_STEP)
    with django_assert_num_queries(19):
        desk.get(page(alice))


def test_apps_are_shown_linked_and_unlinked_without_a_secret(
    desk: Any, alice: Person, new_client: Callable[..., Any]
) -> None:
    kept: dict[str, Any] = {
        "accounts": 34,
        "saved_at": timezone.now(),
        "last_contact_at": timezone.now(),
    }
    app = give_app(alice, new_client(), phone=alice.phone, **kept)
    text = " ".join(desk.get(page(alice)).text.split())
    assert "Latchkey authenticator: active" in text
    assert "34 accounts" in text
    assert app.installation.digest not in text
    assert app.secret not in text
    assert "Unlinked apps" not in text
    unlink = page(alice, "unlink/")
    assert "The Latchkey authenticator on it is unlinked." in desk.get(unlink).text
    desk.post(unlink, {"checked": "nobody", "reason": WHY})
    assert app.reload().status == "unlinked"
    assert "Hasn’t been asked to erase its accounts." in desk.get(page(alice)).text
    command = PhoneCommand.objects.create(installation=app.installation, kind="wipe")
    assert "Erases its accounts the next time it connects." in desk.get(page(alice)).text
    app.post(f"commands/{command.public_id}/done", {})
    assert "Erased its accounts:" in desk.get(page(alice)).text


def test_long_histories_come_in_pages(desk: Any, bob: Person) -> None:
    events = [SecurityEvent(user=bob.user, kind="sign_out:done") for _each in range(120)]
    SecurityEvent.objects.bulk_create(events)
    assert "See all" in desk.get(page(bob)).text
    numbers: list[Any] = [1, 2, 3]
    counts = [len(desk.get(page(bob, "activity/"), {"page": n}).context["events"]) for n in numbers]
    assert counts == [50, 50, 21]  # and the look itself
    for odd in ("0", "-1", "x", "9" * 30, "٣"):
        assert desk.get(page(bob, "activity/"), {"page": odd}).status_code == 200


def test_the_page_names_passkeys_and_never_their_ids(desk: Any, pia: Person) -> None:
    text = desk.get(page(pia)).content.decode()
    assert "Blue key, only on this device" in text
    credential = bytes(pia.user.passkeys.get().credential)
    assert credential[18:50].hex() not in text
    assert urlsafe_b64encode(credential[18:50]).decode().rstrip("=") not in text


def test_staff_see_which_browsers_are_trusted(
    desk: Any, new_client: Callable[..., Any], alice: Person, settings: Any
) -> None:
    settings.TRUSTED_BROWSER_DAYS = 30
    assert "Trusted browsers" not in desk.get(page(alice)).text
    trust(new_client(), alice, name="Firefox at work")
    assert "Firefox at work" in desk.get(page(alice)).text
    settings.TRUSTED_BROWSER_DAYS = 0
    assert "Firefox at work" not in desk.get(page(alice)).text


def test_staff_see_the_newest_browsers_of_many(
    desk: Any, new_client: Callable[..., Any], alice: Person
) -> None:
    for _each in range(20):
        enter(new_client(), alice, Strength.TWO_STEP)
    assert "This shows only the newest." not in desk.get(page(alice)).text
    enter(new_client(), alice, Strength.TWO_STEP)
    assert "This shows only the newest." in desk.get(page(alice)).text


@pytest.mark.parametrize("checked", [[], ["nobody", "document"], ["other"]])
def test_how_the_caller_was_verified_is_said_before_every_act(
    desk: Any, alice: Person, checked: list[str]
) -> None:
    answer = desk.post(page(alice, "lock/"), {"checked": checked, "reason": WHY})
    assert answer.status_code == 200
    assert WHY in answer.text
    assert alice.reload().is_active
    assert not any(sent for sent in mail.outbox if "locked" in sent.subject)


def test_the_person_reads_how_the_caller_was_verified(desk: Any, alice: Person) -> None:
    checks = {"checked": ["words", "document"], "reason": WHY}
    desk.post(page(alice, "end-sessions/"), checks)
    said = "(Checked: the words on both screens were the same; saw an identity document.)"
    assert all(said in sent.body for sent in mail.outbox)


def test_the_longest_reason_fits_with_every_check(desk: Any, alice: Person, bob: Person) -> None:
    every = [slug for slug in CHECKS if slug != NOBODY]
    for language in ("en", "nl"):
        with translation.override(language):
            form = ActForm({"checked": every, "reason": "x" * LONGEST_REASON})
            assert form.is_valid()
            assert len(form.why) <= (StaffRequest._meta.get_field("reason").max_length or 0)
