"""Small things on many pages, each of which cost somebody a minute."""

import pytest
from django.conf import settings
from django.test import Client

from accounts.authentication.proofs import Strength
from accounts.forms.security import AddNumberForm
from accounts.models import User
from accounts.readiness import assessment
from accounts.readiness.loss_impact import count
from tests.accounts.helpers import seen, type_password, verdict
from tests.people import Person, enter, give_passkey

LOST = "/sign-in/lost-your-phone/"


def test_the_first_page_asks_whether_the_phone_is_lost(client: Client) -> None:
    assert f'href="{LOST}"' in client.get("/sign-in/").content.decode()


def test_the_wait_after_wrong_passwords_counts_down(client: Client, carol: Person) -> None:
    for _each in range(settings.FAILURES_BEFORE_WAIT):
        client.post("/sign-in/", {"email": carol.address, "password": "a wrong horse battery"})
    answer = type_password(client, carol)
    page = answer.content.decode()
    assert answer.status_code == 429
    assert page.count("data-countdown=") == 1
    assert "js/countdown" in page


def test_the_wait_after_wrong_codes_is_shown_once(client: Client, alice: Person) -> None:
    type_password(client, alice)
    for _each in range(settings.FAILURES_BEFORE_WAIT):
        client.post("/sign-in/authenticator/", {"code": alice.wrong_code()})
    page = client.post("/sign-in/authenticator/", {"code": alice.wrong_code()})
    assert page.content.decode().count("data-countdown=") == 1


def test_the_language_page_leads_back(client: Client, carol: Person) -> None:
    enter(client, carol, Strength.PASSWORD)
    page = client.get("/language/?next=/security/contact/").content.decode()
    assert '<a href="/security/contact/">Back without changing it</a>' in page


@pytest.mark.parametrize("page", ["/security/", "/devices/", "/security/activity/"])
def test_staff_find_their_pages_from_their_own(
    client: Client, sue: Person, carol: Person, page: str
) -> None:
    enter(client, sue, Strength.TWO_STEP)
    assert 'href="/admin/"' in client.get(page).content.decode()
    enter(client, carol, Strength.PASSWORD)
    assert "/admin/" not in client.get(page).content.decode()


def test_a_declined_number_says_why_it_is_no_way_in(client: Client, alice: Person) -> None:
    User.objects.filter(pk=alice.user.pk).update(declined_steps=["sms"])
    enter(client, alice, Strength.TWO_STEP)
    words = seen(client.get("/security/contact/"))
    assert "You turned off codes this way, so you can’t sign in with it." in words


@pytest.mark.parametrize(
    ("countries", "typed", "number"),
    [
        (["NL"], "06 22334455", "+31622334455"),
        (["BE", "NL"], "06 22334455", "+31622334455"),
        (["NL", "BE"], "0470 12 34 56", "+32470123456"),
        (["NL"], "+31 6 2233 4455", "+31622334455"),
    ],
)
def test_a_number_may_be_typed_as_at_home(
    alice: Person,
    monkeypatch: pytest.MonkeyPatch,
    countries: list[str],
    typed: str,
    number: str,
) -> None:
    monkeypatch.setattr(settings, "SMS_COUNTRIES", countries)
    form = AddNumberForm({"number": typed}, user=alice.user)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["number"].as_e164 == number


def test_as_many_ways_are_counted_as_are_named(alice: Person) -> None:
    loss = assessment.of(alice.user).loss([alice.phone.possession_key])
    assert loss.names == "a code by e-mail or a recovery code"
    assert count(loss.remains) == 2
    assert "2 sign-in methods" in verdict(alice)


@pytest.mark.parametrize(
    ("phone", "passkey"),
    [("My phone", "Passkey of Chrome"), ("Mijn phone", "Passkey van Chrome")],
)
def test_names_that_the_site_once_offered_do_not_spoil_its_sentences(
    client: Client, alice: Person, phone: str, passkey: str
) -> None:
    give_passkey(alice)
    alice.user.phones.update(name=phone)
    alice.user.passkeys.update(name=passkey)
    enter(client, alice, Strength.TWO_STEP)
    pages = ["/security/", "/devices/", "/security/fire-drill/", "/security/two-step/"]
    said = " ".join(seen(client.get(page)) for page in pages)
    assert f"your {phone}" not in said
    assert f"the passkey {passkey}" not in said
    assert "the passkey Chrome" in said
    assert phone in said, "its owner still finds it by its name"
