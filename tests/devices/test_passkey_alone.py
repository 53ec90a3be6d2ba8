"""A passkey alone: it signs in if it verified its owner; everybody is asked the same."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from accounts.authentication.proofs import Strength, proofs_in
from accounts.models import KnownBrowser, SecurityEvent
from devices.models import Challenge, Passkey, Session
from tests.accounts.helpers import seen
from tests.authenticator import BE, UP, UV, SoftPasskey
from tests.people import Person, enter, give_passkey

ALONE = "/sign-in/passkey/alone/"
OPTIONS = "/sign-in/passkey/alone/options/"
SENTENCE = "This passkey was not accepted. Sign in with your password."
OF_THE_APP = "This passkey opens the authenticator app, not an account."
pytestmark = pytest.mark.usefixtures("rows")


def question(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = client.post(OPTIONS).json()
    return found


def give(client: Client, answer: Any, **more: str) -> Any:
    return client.post(ALONE, {"code": json.dumps(answer), **more})


def refused(client: Client, answer: Any, words: str = SENTENCE) -> bool:
    """Give the answer; tell whether the sign-in page says the sentence and nobody is in."""
    page = client.get(give(client, answer)["Location"])
    return words in seen(page) and "/sign-in/" in client.get("/security/").headers["Location"]


def strength(client: Client) -> Strength:
    return max(proof.strength for proof in proofs_in(client.session))


def test_it_signs_in_and_counts_for_both_steps(client: Client, pia: Person) -> None:
    answer = give(client, pia.soft.get(question(client)), next="/devices/")
    assert answer["Location"] == "/devices/"
    assert strength(client) == Strength.TWO_STEP
    assert pia.kinds() == ["sign_in:two_step"]
    assert client.get("/devices/").status_code == 200


def test_it_signs_in_where_two_step_is_off(client: Client, carol: Person) -> None:
    give_passkey(carol)
    give(client, carol.soft.get(question(client)))
    assert client.get("/security/").status_code == 200
    assert carol.kinds() == ["sign_in:password"]
    assert "Signed in with passkey" in seen(client.get("/security/activity/"))


def test_without_user_verification_it_is_one_factor_and_so_refused(
    client: Client, pia: Person
) -> None:
    pia.soft.flags = UP
    assert refused(client, pia.soft.get(question(client)))
    assert pia.kinds() == ["sign_in:passkey_failed"]


def test_it_has_to_say_whose_it_is(client: Client, pia: Person) -> None:
    pia.soft.handle = b""
    assert refused(client, pia.soft.get(question(client)))


@pytest.mark.parametrize("junk", [None, {}, [], 0, "null", {"response": {}}])
def test_what_is_no_answer_is_refused(client: Client, pia: Person, junk: Any) -> None:
    question(client)
    assert refused(client, junk)


def test_nothing_at_all_is_refused(client: Client) -> None:
    assert client.post(ALONE)["Location"] == "/sign-in/"
    assert client.post(ALONE, {"code": ""})["Location"] == "/sign-in/"
    assert client.get(ALONE).status_code == 405


def test_an_answer_counts_once_whoever_brings_it(
    client: Client, new_client: Any, pia: Person
) -> None:
    answer = pia.soft.get(question(client))
    thief = new_client()
    question(thief)
    assert refused(thief, answer)
    assert give(client, answer)["Location"] == "/security/"
    client.post("/sign-out/")
    question(client)
    assert refused(client, answer)
    assert not Session.objects.of(pia.user).exists()


def test_an_answer_is_too_late_after_five_minutes(
    client: Client, pia: Person, clock: time_machine.Traveller
) -> None:
    answer = pia.soft.get(question(client))
    clock.shift(settings.PASSKEY_CHALLENGE_AGE + timedelta(seconds=1))
    assert refused(client, answer)


def test_a_question_of_the_second_step_is_not_one_of_this_page(client: Client, pia: Person) -> None:
    question(client)
    client.post("/sign-in/", {"email": pia.address, "password": pia.password})
    asked = client.post("/sign-in/passkey/options/").json()
    assert refused(client, pia.soft.get(asked))


def test_other_origins_are_refused(client: Client, pia: Person) -> None:
    pia.soft.origin = "https://evil.example"
    assert refused(client, pia.soft.get(question(client)))


def test_a_counter_that_goes_back_is_refused_and_told(client: Client, pia: Person) -> None:
    Passkey.objects.filter(user=pia.user).update(sign_count=9)
    pia.soft.count = 9
    words = "reported fewer uses than before"
    assert refused(client, pia.soft.get(question(client)), words)
    assert sorted(pia.kinds()) == ["passkey:changed", "sign_in:passkey_failed"]


def test_flags_that_flipped_are_named_and_told(client: Client, pia: Person) -> None:
    pia.soft.flags = UP | UV | BE
    words = "add it again as a new passkey on the Devices page"
    assert refused(client, pia.soft.get(question(client)), words)
    assert sorted(pia.kinds()) == ["passkey:changed", "sign_in:passkey_failed"]


def test_a_counter_at_0_signs_in_and_is_told(client: Client, pia: Person) -> None:
    Passkey.objects.filter(user=pia.user).update(sign_count=9)
    give(client, pia.soft.get(question(client)))
    assert client.get("/security/").status_code == 200
    assert "passkey:counter_reset" in pia.kinds()


def test_a_locked_account_stays_shut(client: Client, pia: Person) -> None:
    pia.user.is_active = False
    pia.user.save()
    assert refused(client, pia.soft.get(question(client)), "This account is locked.")
    forged = pia.soft.get(question(client))
    forged["response"]["signature"] = forged["response"]["signature"][::-1]
    assert refused(client, forged)
    assert pia.kinds() == ["sign_in:locked", "sign_in:passkey_failed"]


def test_held_it_proves_a_recovery_only(client: Client, pia: Person) -> None:
    later = Passkey.objects.get(user=pia.user).trusted_from + timedelta(days=1)
    Passkey.objects.filter(user=pia.user).update(trusted_from=later)
    answer = give(client, pia.soft.get(question(client)))
    # Told as what it is: "Where is your phone?" comes only after a code that was sent or saved.
    assert answer["Location"] == "/security/"
    assert strength(client) == Strength.RECOVERED


def test_an_unknown_passkey_is_named_so_that_the_browser_forgets_it(
    client: Client, pia: Person
) -> None:
    answer = pia.soft.get(question(client))
    Passkey.objects.all().delete()
    assert refused(client, answer)
    assert question(client)["gone"]["credentialId"] == answer["id"]
    assert "gone" not in question(client)
    assert SecurityEvent.objects.filter(user_id=0, kind="sign_in:passkey_failed").count() == 1


@pytest.mark.parametrize(("handle", "words"), [(bytes(range(32)), OF_THE_APP), (b"", SENTENCE)])
def test_a_passkey_of_the_app_at_this_host_is_never_to_be_forgotten(
    client: Client, pia: Person, handle: bytes, words: str
) -> None:
    """It opens a lock or a backup and signs nobody in; the browser would delete it for good."""
    assert refused(client, SoftPasskey(handle=handle).get(question(client)), words)
    assert "gone" not in question(client)


def test_another_person_in_the_same_browser_leaves_nothing_behind(
    client: Client, alice: Person, pia: Person
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    before = client.session["proofs"]
    give(client, pia.soft.get(question(client)))
    assert client.session["_auth_user_id"] == str(pia.user.pk)
    assert before[-1] not in client.session["proofs"]
    assert not Session.objects.of(alice.user).exists()


def test_the_same_question_for_everybody(client: Client, new_client: Any, pia: Person) -> None:
    known, unknown = question(client), question(new_client())
    for asked in (known, unknown):
        assert len(asked["publicKey"].pop("challenge")) == 43
    assert known == unknown
    assert "allowCredentials" not in known["publicKey"]
    assert known["publicKey"]["userVerification"] == "required"
    assert known["publicKey"]["rpId"] == "testserver"


def test_the_page_offers_it_and_makes_no_row(client: Client) -> None:
    page = client.get("/sign-in/")
    text = page.content.decode()
    assert 'autocomplete="username webauthn"' in text
    assert "Sign in with a passkey" in text
    assert "no-store" in page["Cache-Control"]
    assert "publickey-credentials-get=(self)" in page["Permissions-Policy"]
    assert not Challenge.objects.exists()
    assert not Session.objects.exists()


def test_questions_of_one_network_are_limited(client: Client) -> None:
    for _each in range(settings.PASSKEY_CHALLENGES_AN_ADDRESS):
        client.post(OPTIONS)
    assert client.post(OPTIONS).status_code == 429


def test_failures_of_one_network_are_limited_and_successes_not(client: Client, pia: Person) -> None:
    for _each in range(settings.PASSKEY_FAILURES_AN_ADDRESS - 1):
        client.post(ALONE, {"code": "null"})
    for _each in range(2):
        assert give(client, pia.soft.get(question(client))).status_code == 302
    client.post(ALONE, {"code": "null"})
    assert client.post(ALONE, {"code": "null"}).status_code == 429


def test_no_offer_after_a_sign_in_by_passkey(client: Client, pia: Person) -> None:
    pia.soft.flags = UP | UV
    give(client, pia.soft.get(question(client)))
    assert KnownBrowser.objects.get(user=pia.user).passkey_offered_at is None


def test_it_takes_few_statements(
    client: Client, pia: Person, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(40):
        client.get("/sign-in/")
        give(client, pia.soft.get(question(client)))
        assert client.get("/security/").status_code == 200
