"""The portal moves to another host: which passkeys still work, and what their owner is told."""

import json
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.authentication import two_step
from accounts.authentication.proofs import Strength
from accounts.readiness import assessment, recommendations
from devices.factors import last_factor
from tests.accounts.helpers import seen, verdict
from tests.authenticator import SoftPasskey
from tests.people import Person, enter, give_passkey, give_phone

OLD, NEW = "https://testserver", "https://new.example"
STEP, OPTIONS = "/sign-in/passkey/", "/sign-in/passkey/options/"
ALONE = "/sign-in/passkey/alone/"
THERE = {"Host": "new.example"}


@pytest.fixture
def moved(settings: Settings, pia: Person) -> Settings:
    """The portal is at another host now; pia has one passkey of the old one."""
    settings.PORTAL_ORIGIN = NEW
    settings.ALLOWED_HOSTS = ["testserver", "new.example"]
    return settings


def test_the_operator_is_told(pia: Person, moved: Settings) -> None:
    problems = run_checks(databases=["default"], tags=["database"])
    assert [problem.id for problem in problems] == ["devices.W001"]
    assert "1 passkeys were made at testserver" in problems[0].msg
    assert "PASSKEY_ORIGINS=https://testserver" in (problems[0].hint or "")
    moved.PASSKEY_ORIGINS = [OLD]
    assert not run_checks(databases=["default"], tags=["database"])


@pytest.fixture
def there(moved: Settings, new_client: Any) -> Client:
    """A browser at the new host."""
    made: Client = new_client(headers=THERE)
    return made


def sign_in_strongly(client: Client, person: Person) -> None:
    """As with the passkey while it worked: nothing else strong is left."""
    give_phone(person, "Old phone")
    enter(client, person, Strength.TWO_STEP)
    person.user.phones.all().delete()


def half(client: Client, person: Person) -> Any:
    return client.post("/sign-in/", {"email": person.address, "password": person.password})


def is_in(client: Client) -> bool:
    return bool(client.get("/security/").status_code == 200)


def give(client: Client, answer: dict[str, Any], url: str = STEP) -> Any:
    return client.post(url, {"code": json.dumps(answer)})


def at_new(soft: SoftPasskey) -> SoftPasskey:
    """The same passkey, asked for by a page of the new host."""
    soft.origin = NEW
    return soft


def test_each_passkey_keeps_the_host_it_was_made_at(pia: Person, moved: Settings) -> None:
    new = give_passkey(pia, "New")
    assert new.party == "new.example"
    hosts = dict(pia.user.passkeys.values_list("name", "rp_id"))
    assert hosts == {"Blue key": "testserver", "New": "new.example"}


def test_those_of_another_host_are_no_way_in(pia: Person, there: Client) -> None:
    state = assessment.of(pia.user)
    assert not [way for way in state.ways if way.slug == "passkey"]
    assert verdict(pia).startswith("look: No phone or passkey is in use You can still")
    assert last_factor.count(pia.user) == 0
    assert recommendations.LINK_PHONE in recommendations.suggestions(state)
    assert not two_step.missing(pia.user)[1].is_met


def test_the_sign_in_does_not_offer_them(pia: Person, there: Client) -> None:
    assert "passkey" not in half(there, pia)["Location"]
    assert there.post(OPTIONS).status_code == 404
    assert "Blue key" not in seen(there.get("/sign-in/another-way/"))


def test_the_owner_is_told_on_overview_and_devices(pia: Person, there: Client) -> None:
    sign_in_strongly(there, pia)
    assert "One of your passkeys no longer signs you in" in seen(there.get("/security/"))
    devices = seen(there.get("/devices/"))
    assert "It was made when this site was at testserver" in devices
    assert "Add a new passkey here, then remove this one." in devices
    assert "No passkey yet" not in devices


def test_nothing_of_it_is_said_where_all_work(pia: Person, client: Client) -> None:
    sign_in_strongly(client, pia)
    assert "no longer sign" not in seen(client.get("/security/"))
    devices = seen(client.get("/devices/"))
    assert "Blue key" in devices
    assert "can’t sign you in" not in devices


def test_the_dead_one_can_be_removed_though_nothing_else_is_strong(
    pia: Person, there: Client
) -> None:
    sign_in_strongly(there, pia)
    url = f"/devices/passkeys/{pia.user.passkeys.get().public_id}/remove/"
    assert "Remove this passkey" in seen(there.get(url))
    there.post(url)
    assert not pia.user.passkeys.exists()


def test_its_answer_is_refused_without_the_setting(pia: Person, there: Client) -> None:
    at_new(pia.soft)
    asked = there.post(f"{ALONE}options/").json()
    assert asked["publicKey"]["rpId"] == "new.example"
    give(there, pia.soft.get(asked), ALONE)
    assert not is_in(there)


def test_with_the_setting_they_work_on_as_second_step(
    pia: Person, moved: Settings, there: Client
) -> None:
    moved.PASSKEY_ORIGINS = [OLD]
    assert half(there, pia)["Location"] == STEP
    page = seen(there.get(STEP))
    assert "Use a passkey made at testserver" in page
    assert "Use your passkey</button>" not in there.get(STEP).content.decode()
    asked = there.post(OPTIONS).json()
    assert asked["publicKey"]["rpId"] == "testserver"
    give(there, at_new(pia.soft).get(asked))
    assert is_in(there)
    assert "no longer sign" not in seen(there.get("/security/"))


def test_with_the_setting_they_sign_in_alone(pia: Person, moved: Settings, there: Client) -> None:
    moved.PASSKEY_ORIGINS = [OLD]
    page = seen(there.get("/sign-in/"))
    assert "Sign in with a passkey" in page
    assert "Use a passkey made at testserver" in page
    asked = there.post(f"{ALONE}options/", {"among": "testserver"}).json()
    assert asked["publicKey"]["rpId"] == "testserver"
    give(there, at_new(pia.soft).get(asked), ALONE)
    assert is_in(there)


def test_somebody_with_one_of_each_is_asked_for_either(
    pia: Person, moved: Settings, there: Client
) -> None:
    moved.PASSKEY_ORIGINS = [OLD]
    old = pia.soft
    new = give_passkey(pia, "New")
    half(there, pia)
    for among, host, soft in (
        ("", "new.example", new),
        ("testserver", "testserver", old),
        ("evil.example", "new.example", new),
    ):
        asked = there.post(OPTIONS, {"among": among}).json()["publicKey"]
        assert asked["rpId"] == host
        assert len(asked["allowCredentials"]) == 1
        assert asked["allowCredentials"][0]["id"] == soft._credential({})["id"]


@pytest.mark.parametrize("origin", [OLD, "https://evil.example"])
def test_an_answer_from_a_page_elsewhere_is_refused(
    pia: Person, moved: Settings, there: Client, origin: str
) -> None:
    moved.PASSKEY_ORIGINS = [OLD]
    half(there, pia)
    pia.soft.origin = origin
    give(there, pia.soft.get(there.post(OPTIONS).json()))
    assert not is_in(there)


def test_a_new_one_is_made_at_the_new_host(pia: Person, moved: Settings, there: Client) -> None:
    moved.PASSKEY_ORIGINS = [OLD]
    sign_in_strongly(there, pia)
    asked = there.post("/devices/passkeys/add/options/").json()
    assert asked["publicKey"]["rp"]["id"] == "new.example"


@pytest.mark.parametrize("host", ["testserver", "new.example"])
def test_browsers_find_the_origins_at_both_hosts(
    moved: Settings, new_client: Any, host: str, django_assert_num_queries: Any
) -> None:
    moved.PASSKEY_ORIGINS = [OLD]
    with django_assert_num_queries(0):
        answer = new_client(headers={"Host": host}).get("/.well-known/webauthn")
    assert answer["Content-Type"] == "application/json"
    assert answer.json() == {"origins": [NEW, OLD]}


def test_the_old_host_leads_to_the_new_one_and_takes_nothing(
    pia: Person, moved: Settings, client: Client
) -> None:
    moved.PASSKEY_ORIGINS = [OLD]
    led = client.get("/devices/?page=2")
    assert (led.status_code, led["Location"]) == (302, f"{NEW}/devices/?page=2")
    sent = client.post("/sign-in/", {"email": pia.address, "password": pia.password})
    assert (sent.status_code, sent["Location"]) == (303, f"{NEW}/")
    assert not sent.cookies
    assert client.get("/healthz").status_code == 200


def test_the_overview_asks_no_more_for_it(pia: Person, there: Client) -> None:
    sign_in_strongly(there, pia)
    with CaptureQueriesContext(connection) as asked:
        there.get("/security/")
    tables = [query["sql"] for query in asked if 'FROM "devices_passkey"' in query["sql"]]
    assert len(tables) == 1
