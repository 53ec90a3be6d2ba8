"""Passkeys on the devices page: adding, renaming, removing, and the offer on the overview."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.authentication.proofs import Proof, Strength, proofs_in
from accounts.authentication.two_step import missing
from accounts.models import KnownBrowser
from accounts.readiness import assessment
from devices.models import Passkey, Session
from tests.accounts.helpers import seen, told, verdict
from tests.authenticator import BE, BS, UP, UV, SoftPasskey
from tests.people import Person, enter, give_passkey, give_phone, make_person, proved, sign_in

ADD = "/devices/passkeys/add/"
OPTIONS = "/devices/passkeys/add/options/"
ICLOUD = bytes.fromhex("fbfc3007154e4ecc8c0b6e020557d7bd")


def add(client: Client, soft: SoftPasskey, name: str = "") -> Any:
    answer = soft.create(client.post(OPTIONS).json())
    return client.post(ADD, {"code": json.dumps(answer), "name": name})


def row(person: Person) -> Passkey:
    found: Passkey = person.user.passkeys.get()
    return found


def url(passkey: Passkey, act: str) -> str:
    return f"/devices/passkeys/{passkey.public_id}/{act}/"


def gone_in(page: Any) -> Any:
    text = page.content.decode()
    start = text.find('<script id="passkey-gone" type="application/json">')
    return (
        json.loads(text[start:].partition(">")[2].partition("</script>")[0]) if start > 0 else None
    )


def test_it_is_added_told_and_listed(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    soft = SoftPasskey(make=ICLOUD, flags=UP | UV | BE | BS)
    assert add(client, soft)["Location"] == "/devices/"
    assert alice.kinds() == ["passkey:added"]
    page = seen(client.get("/devices/"))
    assert "iCloud Keychain has been added." in page
    assert "iCloud Keychain synced" in page
    assert len(told("a passkey was added")) == 2
    kept = row(alice)
    assert (kept.is_backup_eligible, kept.is_backed_up, kept.is_held) == (True, True, False)


def test_it_can_be_named_and_else_is_called_after_the_browser(
    client: Client, new_client: Any, alice: Person
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    add(client, SoftPasskey(), " Blue  key ")
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    second = enter(new_client(headers={"user-agent": agent}), alice, Strength.TWO_STEP)
    add(second, SoftPasskey())
    names = list(alice.user.passkeys.values_list("name", flat=True))
    assert names == ["Blue key", "Firefox on Linux"]


def test_the_question_leaves_out_what_the_person_has(client: Client, pia: Person) -> None:
    enter(client, pia, [Proof.now("passkey", Strength.TWO_STEP, row(pia).factor)])
    asked = client.post(OPTIONS).json()["publicKey"]
    assert len(asked["excludeCredentials"]) == 1
    assert asked["authenticatorSelection"]["residentKey"] == "preferred"
    assert asked["rp"] == {"id": "testserver", "name": "Latchkey"}
    assert pia.address == asked["user"]["name"]


def test_adding_one_counts_as_a_strong_proof(client: Client, carol: Person) -> None:
    mailbox = Proof.now("email", Strength.RECOVERED, "accounts.email:1")
    enter(client, carol, [*proved(carol, Strength.PASSWORD), mailbox])
    add(client, SoftPasskey())
    assert max(proof.strength for proof in proofs_in(client.session)) == Strength.TWO_STEP
    needs = {need.url_name: need.is_met for need in missing(carol.user)}
    assert needs["devices:link_phone"]


def test_a_password_alone_adds_none(client: Client, carol: Person) -> None:
    enter(client, carol, Strength.PASSWORD)
    assert "/confirm/" in client.get(ADD)["Location"]
    assert "/confirm/" in client.post(OPTIONS)["Location"]
    assert "/confirm/" in client.post(ADD, {"code": "{}"})["Location"]
    assert not carol.user.passkeys.exists()


def test_added_in_a_recovered_session_it_is_held(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.RECOVERED)
    add(client, SoftPasskey())
    assert row(alice).is_held
    assert max(proof.strength for proof in proofs_in(client.session)) == Strength.RECOVERED
    assert "Can sign you in now." in seen(client.get("/devices/"))


@pytest.mark.parametrize("junk", ["", "null", "{}", "[]", "x", '{"rawId": 1}', "[" * 9000])
def test_what_is_no_answer_adds_nothing(client: Client, alice: Person, junk: str) -> None:
    enter(client, alice, Strength.TWO_STEP)
    client.post(OPTIONS)
    page = client.post(ADD, {"code": junk})
    assert "The passkey wasn’t created" in seen(page)
    assert not alice.user.passkeys.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("origin", "https://evil.example"),
        ("party", "evil.example"),
        ("flags", UV),
        ("flags", UP | BS),
        ("id", b"x" * 1024),
    ],
)
def test_a_forged_answer_adds_nothing(
    client: Client, alice: Person, field: str, value: Any
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    soft = SoftPasskey()
    setattr(soft, field, value)
    assert "The passkey wasn’t created" in seen(add(client, soft))
    assert not alice.user.passkeys.exists()


def test_a_question_of_another_session_adds_nothing(
    client: Client, new_client: Any, alice: Person
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    other = enter(new_client(), alice, Strength.TWO_STEP)
    answer = SoftPasskey().create(other.post(OPTIONS).json())
    assert "wasn’t created" in seen(client.post(ADD, {"code": json.dumps(answer)}))


def test_an_answer_adds_once_and_a_known_credential_never(
    client: Client, alice: Person, bob: Person
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    soft = SoftPasskey()
    answer = soft.create(client.post(OPTIONS).json())
    for _each in range(2):
        client.post(ADD, {"code": json.dumps(answer)})
    client.logout()
    enter(client, bob, Strength.TWO_STEP)
    assert "Nothing has changed." in seen(client.get(add(client, soft)["Location"]))
    assert alice.user.passkeys.count() == 1
    assert not bob.user.passkeys.exists()


def test_there_is_a_most(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    for number in range(settings.PASSKEYS_A_PERSON):
        give_passkey(alice, f"Key {number}")
    assert "the maximum number of passkeys" in seen(client.get(ADD))
    add(client, SoftPasskey())
    assert alice.user.passkeys.count() == settings.PASSKEYS_A_PERSON


def test_it_is_renamed(client: Client, pia: Person) -> None:
    enter(client, pia, [Proof.now("passkey", Strength.TWO_STEP, row(pia).factor)])
    assert "Rename Blue key" in seen(client.get(url(row(pia), "rename")))
    client.post(url(row(pia), "rename"), {"name": "Red key"})
    assert row(pia).name == "Red key"
    assert pia.kinds() == ["passkey:renamed"]
    assert not mail.outbox


def test_it_is_removed_and_its_proofs_with_it(
    client: Client, new_client: Any, alice: Person
) -> None:
    give_passkey(alice)
    passkey, other = row(alice), new_client()
    enter(other, alice, [Proof.now("passkey", Strength.TWO_STEP, passkey.factor)])
    both = [
        *proved(alice, Strength.TWO_STEP),
        Proof.now("passkey", Strength.TWO_STEP, passkey.factor),
    ]
    enter(client, alice, both)
    assert "We’ll sign out 1 other browser." in seen(client.get(url(passkey, "remove")))
    assert client.post(url(passkey, "remove"))["Location"] == "/devices/"
    assert not alice.user.passkeys.exists()
    assert passkey.factor not in {proof.factor for proof in proofs_in(client.session)}
    assert other.get("/devices/").status_code == 302
    assert alice.kinds() == ["passkey:removed"]
    assert len(told("a passkey was removed")) == 2


def test_the_browser_is_told_once(client: Client, alice: Person) -> None:
    kept, soft = give_passkey(alice, "Kept"), give_passkey(alice, "Gone")
    enter(client, alice, Strength.TWO_STEP)
    client.post(url(alice.user.passkeys.get(name="Gone"), "remove"))
    told_browser = gone_in(client.get("/devices/"))
    answers = [each.get({"publicKey": {"challenge": ""}}) for each in (kept, soft)]
    assert told_browser["allAcceptedCredentialIds"] == [answers[0]["id"]]
    assert told_browser["credentialId"] == answers[1]["id"]
    assert told_browser["userId"] == answers[0]["response"]["userHandle"]
    assert gone_in(client.get("/devices/")) is None


def test_removing_the_one_that_signed_in_signs_out(client: Client, pia: Person) -> None:
    passkey = row(pia)
    give_phone(pia)
    enter(client, pia, [Proof.now("passkey", Strength.TWO_STEP, passkey.factor)])
    assert "We’ll sign you out here as well" in seen(client.get(url(passkey, "remove")))
    assert client.post(url(passkey, "remove"))["Location"] == "/sign-in/"
    assert not Session.objects.of(pia.user).exists()
    asked = client.post("/sign-in/passkey/alone/options/").json()
    assert asked["gone"]["allAcceptedCredentialIds"] == []
    assert pia.reload().has_two_step


def test_the_last_strong_step_stays_while_two_step_is_on(client: Client, pia: Person) -> None:
    passkey = row(pia)
    enter(client, pia, [Proof.now("passkey", Strength.TWO_STEP, passkey.factor)])
    assert "Blue key is your last strong step" in seen(client.get(url(passkey, "remove")))
    assert client.post(url(passkey, "remove"))["Location"] == url(passkey, "remove")
    assert row(pia).name == "Blue key"
    assert pia.kinds() == []


def test_a_recovered_session_removes_none(client: Client, pia: Person) -> None:
    enter(client, pia, Strength.RECOVERED)
    assert "/confirm/" in client.post(url(row(pia), "remove"))["Location"]
    assert row(pia).name == "Blue key"


def test_a_strangers_passkey_is_not_found(client: Client, alice: Person, pia: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    for act in ("rename", "remove"):
        assert client.get(url(row(pia), act)).status_code == 404
        assert client.post(url(row(pia), act), {"name": "Mine"}).status_code == 404
    assert row(pia).name == "Blue key"


def test_with_a_passkey_the_account_is_protected(client: Client, pia: Person) -> None:
    state = assessment.of(pia.user)
    assert verdict(pia).startswith("ok: ")
    assert "Without your Blue key you would still have" in verdict(pia)
    assert next(group.possession for group in state.groups) == "In Blue key"
    enter(client, pia, [Proof.now("passkey", Strength.TWO_STEP, row(pia).factor)])
    assert (
        "If you lose this, 2 sign-in methods remain: a code by e-mail or a recovery code."
        in seen(client.get("/devices/"))
    )


def test_a_passkey_as_the_only_way_is_a_warning(rows: None) -> None:
    max_ = make_person("max", two_step_since=timezone.now())
    max_.user.email_addresses.all().delete()
    give_passkey(max_)
    assert assessment.of(max_.user).verdict.tone == "loss"


def test_the_devices_page_and_the_overview_take_few_queries(
    client: Client, alice: Person, django_assert_max_num_queries: Any
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    for number in range(4):
        give_passkey(alice, f"Key {number}")
        give_phone(alice, f"Phone {number}")
    with django_assert_max_num_queries(10):
        assert client.get("/devices/").status_code == 200
    with django_assert_max_num_queries(8):
        assert client.get("/security/").status_code == 200


def test_it_is_offered_once_after_a_code(client: Client, alice: Person) -> None:
    sign_in(client, alice)
    assert "Next time without a code?" in seen(client.get("/security/"))
    client.post("/devices/passkeys/not-now/")
    assert "Next time without a code?" not in seen(client.get("/security/"))
    client.post("/sign-out/")
    sign_in(client, alice)
    assert "Next time without a code?" not in seen(client.get("/security/"))
    assert KnownBrowser.objects.get(user=alice.user).passkey_offered_at


def test_it_is_not_offered_to_who_has_one_nor_after_a_fall_back(
    client: Client, new_client: Any, alice: Person
) -> None:
    other = new_client()
    other.post("/sign-in/", {"email": alice.address, "password": alice.password})
    other.post("/sign-in/recovery-code/", {"code": alice.codes[0]})
    assert "Next time without a code?" not in seen(other.get("/security/"))
    give_passkey(alice)
    sign_in(client, alice)
    assert "Next time without a code?" not in seen(client.get("/security/"))
