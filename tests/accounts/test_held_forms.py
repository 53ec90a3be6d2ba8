"""A step-up loses nothing: it says what it confirms, and what was typed stands there after it."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.authentication.proofs import Strength
from accounts.models import Organisation
from tests.accounts.helpers import ask, code_to, mailbox, recover, seen, type_code
from tests.people import Person, enter, give_passkey, give_phone
from tests.portal.buttons import Button, read
from tests.work import give_enrolment

REASON = "He asked at the desk"


@pytest.fixture(autouse=True)
def _still(clock: time_machine.Traveller, db: None) -> None:
    pass


@pytest.fixture
def stale(client: Client, alice: Person, clock: time_machine.Traveller) -> Client:
    """Alice, whose proofs are too old to act on."""
    return aged(enter(client, alice, Strength.TWO_STEP), clock)


def aged(client: Client, clock: time_machine.Traveller) -> Client:
    clock.shift(settings.STEP_UP_AGE)
    clock.shift(1)
    return client


def prove(client: Client, person: Person, answer: Any) -> tuple[str, Any, str]:
    """Confirm with the app; return where that leads, the page there, and what the step-up said."""
    assert answer["Location"].startswith("/confirm/?"), answer["Location"]
    step = client.get(answer["Location"], follow=True)
    page = step.redirect_chain[-1][0]
    if "/authenticator/" not in page:
        page = page.replace("/confirm/email/", "/confirm/authenticator/")
    after = type_code(client, person.fresh_code(), page)["Location"]
    return after, client.get(after), seen(step)


def main_form(where: str, page: Any) -> Button:
    buttons = read(where, page).buttons
    assert len(buttons) == 1
    return buttons[0]


def press(client: Client, button: Button) -> Any:
    return client.post(button.action, button.values)


# --- A button without a page of its own ---------------------------------------------------------


def test_text_messages_are_turned_off_with_one_press_more(client: Client, alice: Person) -> None:
    recover(client, alice)
    answer = client.post("/security/two-step/sms/decline/")
    after, page, asked = prove(client, alice, answer)
    assert "Confirm it’s you, to turn off text messages" in asked
    assert after.startswith("/confirm/once-more/?held=")
    assert "Press once more to turn off text messages." in seen(page)
    button = main_form(after, page)
    assert button.words == "Do it now"
    assert press(client, button)["Location"] == "/security/two-step/"
    assert alice.reload().has_declined("sms")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/security/recovery-codes/new/", "make new recovery codes"),
        ("/security/two-step/email/decline/", "turn off codes by e-mail"),
        ("/security/two-step/email/accept/", "allow codes by e-mail again"),
    ],
)
def test_buttons_say_what_they_do_before_and_after(
    stale: Client, alice: Person, path: str, words: str
) -> None:
    after, page, asked = prove(stale, alice, stale.post(path))
    assert f"Confirm it’s you, to {words}" in asked
    button = main_form(after, page)
    assert f"Press once more to {words}." in seen(page)
    assert button.action == path
    assert "/confirm/" not in press(stale, button)["Location"]


def test_another_address_becomes_the_first_with_one_press_more(
    stale: Client, alice: Person
) -> None:
    second = alice.user.email_addresses.exclude(address=alice.address).get()
    answer = stale.post(f"/security/contact/{second.public_id}/primary/")
    after, page, _asked = prove(stale, alice, answer)
    press(stale, main_form(after, page))
    assert alice.reload().email == second.address


# --- A form with a page -------------------------------------------------------------------------


def test_a_new_name_stands_there_after_the_step_up(stale: Client, alice: Person) -> None:
    page = f"/devices/{alice.phone.public_id}/rename/"
    after, form, asked = prove(stale, alice, stale.post(page, {"name": "Work <phone> é"}))
    assert "Confirm it’s you, to rename a phone" in asked
    assert after.startswith(f"{page}?held=")
    assert "Confirmed. Press once more to rename a phone." in seen(form)
    button = main_form(after, form)
    assert button.values["name"] == "Work <phone> é"
    press(stale, button)
    assert alice.phone.name == "Work <phone> é"


def test_an_address_stands_there_after_the_step_up(stale: Client, alice: Person) -> None:
    answer = stale.post("/security/contact/addresses/add/", {"address": "third@example.org"})
    after, form, asked = prove(stale, alice, answer)
    assert "to add an e-mail address" in asked
    assert main_form(after, form).values["address"] == "third@example.org"


def test_a_reason_of_staff_outlives_ten_minutes(
    client: Client, sue: Person, bob: Person, clock: time_machine.Traveller
) -> None:
    aged(enter(client, sue, Strength.TWO_STEP), clock)
    page, reason = f"/admin/accounts/{bob.user.public_id}/lock/", "Lost bag, called at 9:14 — Ünal"
    after, form, asked = prove(
        client, sue, client.post(page, {"checked": "nobody", "reason": reason})
    )
    assert "Confirm it’s you, to lock an account" in asked
    assert reason in seen(form)
    assert "Confirmed. Press once more to lock an account." in seen(form)
    assert client.post(after, {"checked": "nobody", "reason": reason})["Location"].startswith(
        "/admin/accounts/"
    )
    assert not bob.reload().is_active


def test_rules_of_an_organisation_outlive_ten_minutes_ticked_or_not(
    client: Client, root: Person, clock: time_machine.Traveller
) -> None:
    """A box that was unticked is not ticked again by the step-up."""
    firm = Organisation.objects.create(name="Example Ltd", barred_steps=["email"])
    aged(enter(client, root, Strength.TWO_STEP), clock)
    typed = {"name": "Example Ltd", "help": "Room 12", "bars_sms": "on", "session_hours": "4"}
    page = f"/admin/organisations/{firm.public_id}/edit/"
    after, form, _asked = prove(client, root, client.post(page, typed))
    values = main_form(after, form).values
    assert {name: values.get(name) for name in ("bars_sms", "bars_email")} == {
        "bars_sms": "on",
        "bars_email": None,
    }
    assert values["session_hours"] == "4"
    assert "Room 12" in seen(form)


def test_an_organisation_outlives_ten_minutes(
    client: Client, root: Person, bob: Person, clock: time_machine.Traveller
) -> None:
    aged(enter(client, root, Strength.TWO_STEP), clock)
    give_enrolment(root)
    chosen = Organisation.objects.create(name="Chosen")
    Organisation.objects.create(name="Other")
    typed = {
        "organisation": chosen.public_id,
        "label": "bob@work",
        "reason": REASON,
    }
    page = f"/admin/accounts/{bob.user.public_id}/enrol/"
    after, form, _asked = prove(client, root, client.post(page, typed))
    values = main_form(after, form).values
    assert values["organisation"] == str(chosen.public_id)
    assert values["label"] == "bob@work"
    assert REASON in seen(form)


def test_without_two_step_a_password_is_asked_and_the_form_stands_there(
    client: Client, carol: Person, clock: time_machine.Traveller
) -> None:
    aged(enter(client, carol, Strength.PASSWORD), clock)
    typed = {"address": "second@example.org"}
    answer = client.post("/security/contact/addresses/add/", typed)
    asked = client.get(answer["Location"])
    assert "Confirm it’s you, to add an e-mail address" in seen(asked)
    after = client.post(answer["Location"], {"password": carol.password})["Location"]
    # A stolen password alone adds no address: a code to the one confirmed before comes next.
    page = client.get(after, follow=True).redirect_chain[-1][0]
    assert page.startswith("/confirm/email/?")
    assert "Confirm it’s you, to add an e-mail address" in seen(client.get(page))
    ask(client, mailbox(carol), page)
    after = type_code(client, code_to(carol.address), page)["Location"]
    assert 'value="second@example.org"' in client.get(after).content.decode()


def test_another_way_of_confirming_keeps_the_form(stale: Client, alice: Person) -> None:
    give_passkey(alice)
    answer = stale.post(f"/devices/{alice.phone.public_id}/rename/", {"name": "Mine"})
    page = stale.get(answer["Location"], follow=True).redirect_chain[-1][0]
    links = read(page, stale.get(page)).links
    other = next(link for link in links if link.startswith("/confirm/another-way/"))
    assert "held" in parse_qs(urlsplit(other).query)
    ways = read(other, stale.get(other)).links
    app = next(link for link in ways if link.startswith("/confirm/authenticator/"))
    after = type_code(stale, alice.fresh_code(), app)["Location"]
    assert 'value="Mine"' in stale.get(after).content.decode()


# --- What does not travel -----------------------------------------------------------------------


def test_no_secret_is_held_and_nothing_can_be_read(stale: Client, alice: Person) -> None:
    typed = {"password": alice.password, "new_password": "another horse battery staple"}
    answer = stale.post("/security/password/", typed)
    after, form, asked = prove(stale, alice, answer)
    assert "Confirm it’s you, to change your password" in asked
    assert not [value for value in main_form(after, form).values.values() if "horse" in value]
    answer = stale.post(f"/devices/{alice.phone.public_id}/rename/", {"name": "Readable"})
    assert stale.session.get("held") is None


def test_what_is_held_opens_in_the_same_session_only(
    client: Client, new_client: Any, alice: Person, clock: time_machine.Traveller
) -> None:
    other = enter(new_client(), alice, Strength.TWO_STEP)
    aged(enter(client, alice, Strength.TWO_STEP), clock)
    page = f"/devices/{alice.phone.public_id}/rename/"
    answer = client.post(page, {"name": "Planted"})
    token = parse_qs(urlsplit(answer["Location"]).query)["held"][0]
    assert "Planted" not in other.get(f"{page}?held={token}", follow=True).content.decode()
    assert other.get(f"/confirm/once-more/?held={token}")["Location"] == "/security/"
    clock.shift(settings.HELD_FORM_AGE)
    clock.shift(1)
    after = type_code(client, alice.fresh_code(), f"/confirm/authenticator/?held={token}")
    assert after["Location"] == "/security/"


@pytest.mark.parametrize("token", ["x", "%00", "é", "A" * 2000, "====", "AAAA"])
def test_made_up_tokens_are_nothing(client: Client, alice: Person, token: str) -> None:
    enter(client, alice, Strength.TWO_STEP)
    page = f"/devices/{alice.phone.public_id}/rename/"
    assert client.get(page, {"held": token}).status_code == 200
    assert client.get("/confirm/once-more/", {"held": token})["Location"] == "/security/"


def test_what_is_too_long_to_travel_is_left_and_the_act_still_asked(
    stale: Client, alice: Person
) -> None:
    page = f"/devices/{alice.phone.public_id}/rename/"
    answer = stale.post(page, {"name": "x" * 3000})
    assert "held" not in answer["Location"]
    assert prove(stale, alice, answer)[0] == page


# --- Every act ----------------------------------------------------------------------------------


def views(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, f"{pattern.namespace or ''}:")
        else:
            yield f"{space}{pattern.name}", pattern.callback


def test_every_guarded_act_says_what_it_does() -> None:
    found = dict(views(get_resolver().url_patterns))
    guarded = {name for name, view in found.items() if getattr(view, "asks_proof", False)}
    assert len(guarded) > 20
    assert not sorted(name for name in guarded if not getattr(found[name], "guarded_act", None))


def test_the_step_up_is_a_page_of_the_account_and_no_sign_in(stale: Client, alice: Person) -> None:
    give_phone(alice, "Old phone")
    step = stale.get("/security/two-step/off/", follow=True)
    words = seen(step)
    assert "Confirm it’s you, to turn off two-step verification" in words
    assert "Sign out" in words
    assert alice.address in words
    assert "Signing in as" not in words
