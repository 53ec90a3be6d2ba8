"""A new phone for an old one, on one page: the old one works until the new one is proved."""

from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.conf import settings as policy
from django.test import Client

from accounts.authentication.proofs import Proof, Strength, proofs_in
from devices.models import Authenticator, Phone, Session
from tests.people import Person, code_of, enter, give_phone

URL = "/devices/new-phone/"


@pytest.fixture
def inside(client: Client, alice: Person, clock: time_machine.Traveller) -> Client:
    return enter(client, alice, Strength.TWO_STEP)


def begin(client: Client, query: str = "", **form: Any) -> str:
    response = client.post(f"{URL}{query}", {"name": "Pixel 9", **form})
    assert response.status_code == 302
    return str(response["Location"])


def newest() -> Authenticator:
    return Authenticator.objects.order_by("-pk")[0]


def confirm(client: Client, url: str, code: str = "") -> Any:
    return client.post(url, {"code": code or code_of(newest())})


def names(person: Person) -> list[str]:
    return [phone.name for phone in person.user.phones.linked()]


def test_the_only_phone_is_chosen_and_a_name_is_proposed(inside: Client) -> None:
    text = inside.get(URL).content.decode()
    assert "Pixel 8 stays linked until a code from the new phone works." in text
    assert 'value="New phone"' in text
    assert "It appears here." in text
    assert "<svg" not in text.partition("It appears here.")[2].partition("</ol>")[0]
    assert not Phone.objects.begun().exists()


def test_the_parts_of_the_page_appear_in_order(inside: Client) -> None:
    url = begin(inside)
    assert url.startswith(f"{URL}?replaces=")
    text = inside.get(url).content.decode()
    said = [
        "Pixel 9 replaces Pixel 8.",
        "data-key",
        'name="code"',
        "This unlinks Pixel 8",
    ]
    assert [text.index(words) for words in said] == sorted(text.index(words) for words in said)


def test_the_old_phone_works_until_the_new_one_is_proved(inside: Client, alice: Person) -> None:
    url = begin(inside, f"?replaces={alice.phone.public_id}")
    inside.get(url)
    confirm(inside, url, alice.wrong_code())
    assert alice.authenticator.find_step(alice.code()) is not None
    assert names(alice) == ["Pixel 8"]
    confirm(inside, url)
    assert names(alice) == ["Pixel 9"]
    assert alice.kinds() == ["phone:linked", "phone:unlinked"]


def test_replacing_the_phone_keeps_this_session_and_ends_the_others(
    inside: Client, new_client: Any, alice: Person
) -> None:
    enter(new_client(), alice, Strength.TWO_STEP)
    old = alice.authenticator
    confirm(inside, begin(inside))
    assert Session.objects.of(alice.user).count() == 1
    assert old.factor not in {proof.factor for proof in proofs_in(inside.session)}
    assert "Pixel 8 is unlinked" in inside.get("/devices/").content.decode()


def test_a_double_click_replaces_once(inside: Client, alice: Person) -> None:
    url = begin(inside)
    code = code_of(newest())
    confirm(inside, url, code)
    assert confirm(inside, url, code)["Location"] == "/devices/"
    assert alice.kinds() == ["phone:linked", "phone:unlinked"]


def test_of_several_phones_the_person_says_which(inside: Client, alice: Person) -> None:
    second = give_phone(alice, "iPhone 15").phone
    assert "Which phone does it replace?" in inside.get(URL).content.decode()
    assert inside.post(URL, {"name": "Pixel 9"}).status_code == 200
    assert not Phone.objects.begun().exists()
    confirm(inside, begin(inside, replaces=second.public_id))
    assert names(alice) == ["Pixel 8", "Pixel 9"]


def test_a_suspended_phone_can_be_linked_anew(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    old = alice.phone
    Phone.objects.filter(pk=old.pk).update(suspended_at=old.linked_at)
    enter(client, alice, Strength.RECOVERED)
    confirm(client, begin(client, f"?replaces={old.public_id}"))
    assert names(alice) == ["Pixel 9"]
    assert newest().is_held


def test_a_phone_that_replaces_needs_no_room(
    inside: Client, alice: Person, settings: LazySettings
) -> None:
    settings.PHONES_A_PERSON = 1
    confirm(inside, begin(inside))
    assert names(alice) == ["Pixel 9"]


@pytest.mark.parametrize("wanted", ["bob", "0", "-1", str(2**63), "00000000", ""])
def test_a_phone_that_is_not_yours_cannot_be_replaced(
    inside: Client, bob: Person, wanted: str
) -> None:
    wanted = str(bob.phone.public_id) if wanted == "bob" else wanted
    assert inside.get(f"{URL}?replaces={wanted}").status_code == 404
    assert inside.post(f"{URL}?replaces={wanted}", {"name": "x"}).status_code == 404
    assert inside.get(f"{URL}?link={wanted}").status_code == 404


def test_a_strangers_phone_in_the_form_is_refused(
    inside: Client, alice: Person, bob: Person
) -> None:
    give_phone(alice, "iPhone 15")
    form = {"name": "x", "replaces": bob.phone.public_id}
    assert inside.post(URL, form).status_code == 200
    assert not Phone.objects.begun().exists()


def test_a_link_that_waited_too_long_changes_nothing(
    inside: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    url = begin(inside)
    clock.shift(policy.PHONE_LINK_AGE)
    enter(inside, alice, Strength.TWO_STEP)
    assert confirm(inside, url)["Location"] == URL
    assert names(alice) == ["Pixel 8"]


def test_an_old_phone_that_went_meanwhile_is_not_found(inside: Client, alice: Person) -> None:
    give_phone(alice, "iPhone 15")
    url = begin(inside, f"?replaces={alice.phone.public_id}")
    alice.phone.delete()
    code = code_of(newest())
    assert confirm(inside, url, code).status_code == 404
    assert names(alice) == ["iPhone 15"]


def test_a_stale_proof_replaces_nothing(client: Client, alice: Person) -> None:
    old = [Proof(proof.method, proof.strength, 0.0) for proof in [Proof.now("x", Strength(3))]]
    enter(client, alice, old)
    assert client.get(URL)["Location"].startswith("/confirm/")
    assert client.post(URL, {"name": "x"})["Location"].startswith("/confirm/")
    assert not Phone.objects.begun().exists()


def test_without_an_old_phone_it_leads_to_linking_one(client: Client, pia: Person) -> None:
    mail = Proof.now("email", Strength.RECOVERED)
    enter(client, pia, [mail])
    assert client.get(URL)["Location"] == "/devices/link/"


def test_linking_leads_back_to_where_it_began(inside: Client, alice: Person) -> None:
    begun = inside.post("/devices/link/?next=/security/activity/", {"name": "Pixel 9"})
    assert confirm(inside, begun["Location"])["Location"] == "/security/activity/"
    begun = inside.post("/devices/link/?next=//evil.example/", {"name": "Pixel 10"})
    assert confirm(inside, begun["Location"])["Location"] == "/devices/"
