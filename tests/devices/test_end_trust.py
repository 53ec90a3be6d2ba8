"""Trust ends: one by one, all at once, and with any change of how one signs in."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as policy
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts import by_staff, staff
from accounts.activity.origin import HOST, Origin
from accounts.authentication import throttling
from accounts.authentication.browser_trust import METHOD
from accounts.authentication.methods import AlreadySpent, VerificationContext
from accounts.authentication.proofs import Proof, Strength
from accounts.authentication.second_steps import step_named
from accounts.contacts import changes
from accounts.models import EmailAddress, Role, User
from core.web.http import RequestOrigin
from devices import staff_acts
from devices.models import Authenticator, Session, TrustedBrowser
from devices.sessions import trusted_browsers
from tests.live import fresh_address
from tests.people import (
    Person,
    code_of,
    enter,
    enter_by_trust,
    give_passkey,
    give_phone,
    proved,
    sign_in,
    trust,
)

HERE = RequestOrigin("192.0.2.7", "")
Browsers = Callable[..., Client]


@pytest.fixture(autouse=True)
def _trust(settings: Settings) -> None:
    settings.TRUSTED_BROWSER_DAYS = 30


@pytest.fixture
def inside(client: Client, alice: Person) -> Client:
    """The browser in which alice acts, having proved everything."""
    give_phone(alice, "Pixel 9")
    give_passkey(alice)
    return enter(client, alice, Strength.TWO_STEP)


@pytest.fixture
def other(new_client: Browsers, alice: Person) -> Client:
    """Another one, into which trust has let her."""
    return enter_by_trust(new_client(), alice)


def is_in(browser: Client) -> bool:
    return browser.get("/security/").status_code == 200


def is_asked(browser: Client, person: Person) -> bool:
    """Tell whether signing in takes more than the password."""
    typed = {"email": person.address, "password": person.password}
    return str(browser.post("/sign-in/", typed)["Location"]).startswith("/sign-in/")


def url(row: TrustedBrowser, act: str) -> str:
    return f"/devices/trusted/{row.public_id}/{act}/"


# --- By hand ----------------------------------------------------------------------------------


def test_they_are_listed_with_what_one_wants_to_know(
    inside: Client, other: Client, alice: Person
) -> None:
    row = alice.user.trusted_browsers.get()
    row.address, row.created_at = "192.0.2.9", timezone.now() - timedelta(days=2)
    row.save()
    page = inside.get("/devices/").content.decode()
    section = page[page.index('id="trusted"') :]
    for words in ("Firefox on Linux", "Trusted since", "last used", "Until", "192.0.2.9"):
        assert words in section
    assert "this browser" not in section
    theirs = other.get("/devices/").content.decode()
    assert "this browser" in theirs[theirs.index('id="trusted"') :]


def test_the_list_takes_one_query_however_many_there_are(
    inside: Client,
    other: Client,
    new_client: Browsers,
    alice: Person,
    django_assert_max_num_queries: Callable[[int], Any],
) -> None:
    for number in range(12):
        give_phone(alice, f"Phone {number}")
        trust(new_client(), alice)
        enter_by_trust(new_client(), alice)
    with django_assert_max_num_queries(10):
        page = inside.get("/devices/").content.decode()
    assert page.count("Trusted since") == 25
    with django_assert_max_num_queries(10):
        assert other.get("/devices/").status_code == 200


def test_one_is_trusted_no_longer_and_what_it_opened_is_dead_at_once(
    inside: Client, other: Client, alice: Person
) -> None:
    row = alice.user.trusted_browsers.get()
    assert is_in(other)
    assert "1 browser that signed in" in inside.get(url(row, "end")).content.decode()
    page = inside.post(url(row, "end"), follow=True).content.decode()
    assert "Firefox on Linux is no longer trusted." in page
    assert not is_in(other)
    assert is_asked(other, alice)
    assert alice.kinds() == ["browser:untrusted"]
    assert inside.post(url(row, "end")).status_code == 404
    assert is_in(inside)


def test_the_others_stay_trusted(
    inside: Client, other: Client, new_client: Browsers, alice: Person
) -> None:
    spared = new_client()
    trust(spared, alice, name="Spared")
    inside.post(url(alice.user.trusted_browsers.order_by("pk")[0], "end"))
    assert not is_asked(spared, alice)


def test_the_browser_that_acts_stays_signed_in_by_what_it_proved(
    other: Client, alice: Person
) -> None:
    row = alice.user.trusted_browsers.get()
    where = other.get(url(row, "end"))["Location"]
    assert where.startswith("/confirm/")
    step = other.get(where)["Location"]
    assert other.post(step, {"code": alice.fresh_code()})["Location"] == url(row, "end")
    assert other.post(url(row, "end"))["Location"] == "/devices/"
    assert is_in(other)
    assert METHOD not in str(Session.objects.of(alice.user).get().proofs)


def test_all_are_trusted_no_longer(
    inside: Client, other: Client, new_client: Browsers, alice: Person, bob: Person
) -> None:
    strangers = new_client()
    trust(strangers, bob)
    trust(inside, alice, name="Here")
    assert "2 browsers will ask" in inside.get("/devices/trusted/end-all/").content.decode()
    page = inside.post("/devices/trusted/end-all/", follow=True).content.decode()
    assert "2 browsers are no longer trusted." in page
    assert not is_in(other)
    assert not alice.user.trusted_browsers.exists()
    assert not is_asked(strangers, bob)
    assert alice.kinds() == ["browsers:untrusted"]


def test_somebody_elses_is_not_found(inside: Client, new_client: Browsers, bob: Person) -> None:
    row = trust(new_client(), bob)
    for act in ("end", "rename"):
        assert inside.get(url(row, act)).status_code == 404
        assert inside.post(url(row, act), {"name": "Mine"}).status_code == 404
    assert bob.user.trusted_browsers.get().name == "Firefox on Linux"


def test_it_has_one_name_wherever_it_is_listed(client: Client, alice: Person) -> None:
    typed = {"email": alice.address, "password": alice.password}
    client.post("/sign-in/", typed)
    client.post("/sign-in/authenticator/", {"code": alice.fresh_code(), "trust": "on"})
    row = alice.user.trusted_browsers.get()
    client.post(url(row, "rename"), {"name": "Kitchen"})
    assert Session.objects.of(alice.user).get().name == "Kitchen"
    row.refresh_from_db()
    assert row.name == "Kitchen"
    session = Session.objects.of(alice.user).get()
    client.post(f"/devices/browsers/{session.public_id}/rename/", {"name": "Den"})
    row.refresh_from_db()
    assert row.name == "Den"


def test_signing_out_everywhere_else_spares_the_trust_of_this_browser_only(
    inside: Client, other: Client, alice: Person
) -> None:
    trust(inside, alice, name="Here")
    assert "No other browser stays trusted" in (
        inside.get("/devices/browsers/end-others/").content.decode()
    )
    inside.post("/devices/browsers/end-others/")
    assert [row.name for row in alice.user.trusted_browsers.all()] == ["Here"]
    assert is_asked(other, alice)


def test_a_browser_signed_out_from_elsewhere_is_not_trusted_either(
    inside: Client, new_client: Browsers, alice: Person
) -> None:
    browser = new_client()
    browser.post("/sign-in/", {"email": alice.address, "password": alice.password})
    browser.post("/sign-in/authenticator/", {"code": alice.fresh_code(), "trust": "on"})
    public_id = browser.session.public_id  # type: ignore[attr-defined] # it is our engine's
    inside.post(f"/devices/browsers/{public_id}/end/")
    assert is_asked(browser, alice)
    assert alice.kinds()[-1] == "session:ended"


def test_signing_out_by_oneself_keeps_the_trust(other: Client, alice: Person) -> None:
    other.post("/sign-out/")
    assert not is_asked(other, alice)


# --- By a change of the set-up ----------------------------------------------------------------


def links(inside: Client, alice: Person) -> None:
    where = inside.post("/devices/link/", {"name": "New"})["Location"]
    newest = Authenticator.objects.order_by("-pk")[0]
    assert inside.post(where, {"code": code_of(newest)})["Location"].startswith(("/dev", "/sec"))


def unlinks(inside: Client, alice: Person) -> None:
    phone = alice.user.phones.linked().order_by("-pk")[0]
    inside.post(f"/devices/{phone.public_id}/unlink/")


def adds_passkey(inside: Client, alice: Person) -> None:
    answer = alice.soft.__class__().create(inside.post("/devices/passkeys/add/options/").json())
    inside.post("/devices/passkeys/add/", {"code": json.dumps(answer), "name": "Second"})


def removes_passkey(inside: Client, alice: Person) -> None:
    inside.post(f"/devices/passkeys/{alice.user.passkeys.get().public_id}/remove/")


def makes_codes(inside: Client, alice: Person) -> None:
    inside.post("/security/recovery-codes/new/")


def switches_off(inside: Client, alice: Person) -> None:
    inside.post("/security/two-step/off/")


def changes_password(inside: Client, alice: Person) -> None:
    fresh = {"password": alice.password, "new_password": "wool lantern marble cliff"}
    inside.post("/security/password/", fresh)
    alice.password = fresh["new_password"]


def confirms_address(inside: Client, alice: Person) -> None:
    row = EmailAddress.objects.create(user=alice.user, address=fresh_address("new"))
    assert changes.mark_verified(alice.user, row, origin=Origin(HERE, ""))


def removes_number(inside: Client, alice: Person) -> None:
    number = alice.user.phone_numbers.get()
    inside.post(f"/security/contact/{number.public_id}/remove/")


def moves_address(inside: Client, alice: Person) -> None:
    second = alice.user.email_addresses.order_by("-pk")[0]
    assert changes.make_primary(alice.user, second, origin=Origin(HERE, ""))
    alice.reload()


def wears_a_factor_out(inside: Client, alice: Person) -> None:
    step = step_named("authenticator")
    assert step
    sign_in_of = VerificationContext(alice.user, "sign-in", "", HERE)
    throttling.note(sign_in_of, step, policy.FAILURES_BEFORE_OFF)


CHANGES = [
    links,
    unlinks,
    adds_passkey,
    removes_passkey,
    makes_codes,
    switches_off,
    changes_password,
    confirms_address,
    removes_number,
    moves_address,
    wears_a_factor_out,
]


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_of_the_set_up_ends_all_trust(
    inside: Client,
    other: Client,
    alice: Person,
    change: Callable[[Client, Person], None],
) -> None:
    trust(inside, alice, name="Here")
    assert is_in(other)
    change(inside, alice)
    assert not alice.user.trusted_browsers.exists()
    assert not is_in(other)


def test_what_is_no_change_of_the_set_up_ends_nothing(
    inside: Client, other: Client, alice: Person
) -> None:
    inside.post(f"/devices/{alice.phone.public_id}/rename/", {"name": "Work phone"})
    inside.post("/security/recovery-codes/", {"code": alice.codes[0]})
    assert is_in(other)


@pytest.mark.parametrize("name", ["lock", "grant", "unlink", "end"])
def test_acts_of_staff_end_all_trust(
    inside: Client, other: Client, alice: Person, root: Person, name: str
) -> None:
    acts: dict[str, Callable[[], Any]] = {
        "lock": lambda: by_staff.lock(actor=root.user, user=alice.user, reason="asked"),
        "grant": lambda: staff.set_role(alice.user, Role.SUPPORT, origin=HOST),
        "unlink": lambda: staff_acts.unlink_phone(
            actor=root.user, phone=alice.phone, reason="asked"
        ),
        "end": lambda: staff_acts.end_all_sessions(
            actor=root.user, user=alice.user, reason="asked"
        ),
    }
    acts[name]()
    assert not alice.user.trusted_browsers.exists()
    assert not is_in(other)


def test_two_step_off_and_on_again_brings_no_trust_back(
    inside: Client, other: Client, alice: Person
) -> None:
    switches_off(inside, alice)
    User.objects.filter(pk=alice.user.pk).update(two_step_since=timezone.now())
    assert is_asked(other, alice)


def test_a_password_set_by_any_door_ends_trust_by_itself(other: Client, alice: Person) -> None:
    """A command or a restored backup sends no signal: the digest is bound to the password."""
    other.post("/sign-out/")
    user = alice.reload()
    alice.password = "wool lantern marble cliff"
    user.set_password(alice.password)
    user.save()
    assert alice.user.trusted_browsers.exists()
    assert is_asked(other, alice)


def test_another_key_of_the_site_ends_trust(
    other: Client, alice: Person, settings: Settings
) -> None:
    other.post("/sign-out/")
    settings.SECRET_KEY = "another key, long enough to be taken for a real one, 0123456789"
    assert is_asked(other, alice)


def test_the_session_that_made_the_change_stays(inside: Client, alice: Person) -> None:
    row = trust(inside, alice)
    word = Proof.now(METHOD, Strength.PASSWORD, row.factor)
    enter(inside, alice, [*proved(alice, Strength.TWO_STEP), word])
    Session.objects.of(alice.user).update(trusted=row)
    adds_passkey(inside, alice)
    assert not alice.user.trusted_browsers.exists()
    assert is_in(inside)


# --- Half-way ---------------------------------------------------------------------------------


def test_trust_that_ended_between_question_and_answer_is_refused(
    client: Client, alice: Person
) -> None:
    trust(client, alice)
    request = client.get("/sign-in/").wsgi_request
    match = trusted_browsers.TrustedBrowsers().find(request, alice.user)
    assert match
    trusted_browsers.end_all_of(alice.user)
    with pytest.raises(AlreadySpent):
        match.consume()


def test_a_trusted_browser_begins_anew_after_its_trust_ended(
    inside: Client, other: Client, alice: Person
) -> None:
    inside.post("/devices/trusted/end-all/")
    sign_in(other, alice)
    assert is_in(other)
    assert not alice.user.trusted_browsers.exists()
