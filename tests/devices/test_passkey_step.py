"""The passkey as second step: it lets its owner in once, and every forged answer is refused."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.test import Client

from accounts.authentication.proofs import Strength, proofs_in
from accounts.holds import bindings
from accounts.holds.bindings import Ground
from core.limits.counters import FailureCount
from devices import housekeeping
from devices.models import Challenge, Passkey
from tests.accounts.helpers import seen
from tests.authenticator import BE, BS, UP, UV, SoftPasskey, spelled
from tests.people import Person, enter, give_passkey

STEP = "/sign-in/passkey/"
OPTIONS = "/sign-in/passkey/options/"
CONFIRM = "/confirm/passkey/?next=/security/&for=two-step"
CONFIRM_OPTIONS = "/confirm/passkey/options/?next=/security/&for=two-step"
SENTENCE = "This passkey was not accepted."


def half(client: Client, person: Person) -> Client:
    """Type the password."""
    answer = client.post("/sign-in/", {"email": person.address, "password": person.password})
    assert answer.status_code == 302
    return client


def question(client: Client, url: str = OPTIONS) -> dict[str, Any]:
    answer = client.post(url)
    assert answer.status_code == 200, answer
    found: dict[str, Any] = answer.json()
    return found


def give(client: Client, answer: Any, url: str = STEP) -> Any:
    return client.post(url, {"code": answer if isinstance(answer, str) else json.dumps(answer)})


def is_in(client: Client) -> bool:
    return bool(client.get("/security/").status_code == 200)


def refused(client: Client, answer: Any, url: str = STEP) -> bool:
    """Give the answer; tell whether the page says the one sentence and nobody is in."""
    page = give(client, answer, url)
    return page.status_code == 200 and SENTENCE in seen(page) and not is_in(client)


def test_it_signs_in_after_the_password(client: Client, pia: Person) -> None:
    half(client, pia)
    assert "Use your passkey" in seen(client.get(STEP))
    answer = give(client, pia.soft.get(question(client)))
    assert answer["Location"] == "/security/"
    assert [proof.method for proof in proofs_in(client.session)] == ["password", "passkey"]
    assert max(proof.strength for proof in proofs_in(client.session)) == Strength.TWO_STEP
    assert pia.kinds() == ["sign_in:two_step"]


def test_after_the_password_it_counts_without_user_verification(
    client: Client, pia: Person
) -> None:
    pia.soft.flags = UP
    give(half(client, pia), pia.soft.get(question(client)))
    assert is_in(client)


def test_it_is_the_first_way_and_the_page_says_what_it_needs(client: Client, pia: Person) -> None:
    half(client, pia)
    page = seen(client.get(STEP))
    assert "needs JavaScript" in page
    assert "Sign in another way" in page
    picker = seen(client.get("/sign-in/another-way/"))
    assert "Blue key, only on this device" in picker


def test_a_synced_one_says_so(client: Client, pia: Person) -> None:
    give_passkey(pia, "Cloud", flags=UP | UV | BE | BS)
    half(client, pia)
    assert "Cloud, synced" in seen(client.get("/sign-in/another-way/"))


def without(answer: dict[str, Any], *path: str) -> dict[str, Any]:
    bent = json.loads(json.dumps(answer))
    inner = bent
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return dict(bent)


@pytest.mark.parametrize(
    "junk",
    ["null", "{}", "[]", "0", "x", '""', '{"response": null}', "[" * 9000, "9" * 5000, "\\ud800"],
)
def test_what_is_no_answer_is_refused(client: Client, pia: Person, junk: str) -> None:
    question(half(client, pia))
    assert refused(client, junk)


def test_an_empty_post_is_refused_and_costs_no_try(client: Client, pia: Person) -> None:
    assert refused(half(client, pia), "")
    assert SENTENCE in seen(client.post(STEP))
    assert not FailureCount.objects.filter(failures__gt=0).exists()


def test_more_than_any_browser_says_is_refused(client: Client, pia: Person) -> None:
    assert not is_in(client)
    give(half(client, pia), "x" * 20_000)
    assert not is_in(client)


@pytest.mark.parametrize(
    "path",
    [
        ("id",),
        ("rawId",),
        ("response",),
        ("response", "clientDataJSON"),
        ("response", "authenticatorData"),
        ("response", "signature"),
    ],
)
def test_a_missing_field_is_refused(client: Client, pia: Person, path: tuple[str, ...]) -> None:
    right = pia.soft.get(question(half(client, pia)))
    bent = without(right, *path)
    if path == ("id",):  # the only one that says nothing new
        bent["id"] = "AAAA"
    assert refused(client, bent)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("origin", "https://evil.example"),
        ("origin", "https://testserver.evil.example"),
        ("origin", "http://testserver"),
        ("origin", "https://testserver:8443"),
        ("party", "evil.example"),
        ("flags", UV),
        ("flags", UP | UV | BS),
        ("handle", b"somebody else's!"),
        ("key", SoftPasskey().key),
    ],
)
def test_a_forged_answer_is_refused(client: Client, pia: Person, field: str, value: Any) -> None:
    asked = question(half(client, pia))
    setattr(pia.soft, field, value)
    assert refused(client, pia.soft.get(asked))


def test_random_signatures_and_data_are_refused(client: Client, pia: Person) -> None:
    right = pia.soft.get(question(half(client, pia)))
    for part in ("signature", "authenticatorData"):
        bent = json.loads(json.dumps(right))
        bent["response"][part] = spelled(b"\x01" * 64)
        assert refused(client, bent)


def test_a_made_up_challenge_is_refused(client: Client, pia: Person) -> None:
    question(half(client, pia))
    assert refused(client, pia.soft.get({"publicKey": {"challenge": spelled(b"x" * 32)}}))


def test_bobs_passkey_is_refused(client: Client, pia: Person, bob: Person) -> None:
    give_passkey(bob)
    asked = question(half(client, pia))
    assert refused(client, bob.soft.get(asked))


def test_a_question_of_another_sign_in_is_refused(
    client: Client, new_client: Any, pia: Person
) -> None:
    elsewhere = question(half(new_client(), pia))
    assert refused(half(client, pia), pia.soft.get(elsewhere))


def test_a_question_to_confirm_does_not_sign_in(
    client: Client, new_client: Any, pia: Person
) -> None:
    signed_in = half(new_client(), pia)
    give(signed_in, pia.soft.get(question(signed_in)))
    asked = question(signed_in, CONFIRM_OPTIONS)
    assert refused(half(client, pia), pia.soft.get(asked))
    assert give(signed_in, pia.soft.get(asked), CONFIRM)["Location"] == "/security/"


def test_a_question_of_the_sign_in_page_is_not_one_of_the_second_step(
    client: Client, pia: Person
) -> None:
    asked = question(client, "/sign-in/passkey/alone/options/")
    assert refused(half(client, pia), pia.soft.get(asked))


def test_an_answer_counts_once(client: Client, new_client: Any, pia: Person) -> None:
    answer = pia.soft.get(question(half(client, pia)))
    give(client, answer)
    assert is_in(client)
    assert refused(half(new_client(), pia), answer)
    client.post("/sign-out/")
    assert refused(half(client, pia), answer)
    assert give(client, answer, "/sign-in/passkey/alone/")["Location"] == "/sign-in/"
    assert not is_in(client)


def test_an_answer_is_too_late_after_five_minutes(
    client: Client, pia: Person, clock: time_machine.Traveller
) -> None:
    right = pia.soft.get(question(half(client, pia)))
    clock.shift(settings.PASSKEY_CHALLENGE_AGE + timedelta(seconds=1))
    assert refused(client, right)


def test_questions_that_are_over_are_thrown_away(
    client: Client, pia: Person, clock: time_machine.Traveller
) -> None:
    question(half(client, pia))
    housekeeping.run()
    assert Challenge.objects.live().count() == 1
    clock.shift(settings.PASSKEY_CHALLENGE_AGE)
    housekeeping.run()
    assert not Challenge.objects.exists()


def test_a_counter_that_goes_back_is_refused(client: Client, pia: Person) -> None:
    pia.soft.count = 7
    give(half(client, pia), pia.soft.get(question(client)))
    assert Passkey.objects.get(user=pia.user).sign_count == 7
    client.post("/sign-out/")
    for count in (7, 6):
        pia.soft.count = count
        page = shown_after(half(client, pia), pia.soft.get(asked_of(client, pia)))
        assert "reported fewer uses than before" in page
        assert "Sign in another way, add it again" in page
        assert not is_in(client)
    assert pia.kinds().count("passkey:changed") == 1
    pia.soft.count = 8
    give(client, pia.soft.get(asked_of(client, pia)))
    assert is_in(client)
    assert not Passkey.objects.get(user=pia.user).changed_at


def shown_after(client: Client, answer: Any) -> str:
    """Give the answer, and read the page that it leads to."""
    page = give(client, answer)
    return seen(client.get(page["Location"]) if page.status_code == 302 else page)


def asked_of(client: Client, person: Person) -> dict[str, Any]:
    """Ask although it is not offered: what was refused may answer an older question."""
    changed = Passkey.objects.filter(user=person.user).values_list("changed_at", flat=True)[0]
    Passkey.objects.filter(user=person.user).update(changed_at=None)
    asked = question(client)
    Passkey.objects.filter(user=person.user).update(changed_at=changed)
    return asked


def test_a_synced_passkey_may_count_as_it_likes(client: Client, pia: Person) -> None:
    soft = give_passkey(pia, "Cloud", flags=UP | UV | BE | BS)
    for count in (7, 3, 3, 0, 5):
        soft.count = count
        give(half(client, pia), soft.get(question(client)))
        assert is_in(client), count
        client.post("/sign-out/")
    assert not {"passkey:changed", "passkey:counter_reset"} & set(pia.kinds())


def test_a_counter_that_begins_again_at_0_is_taken_and_told(client: Client, pia: Person) -> None:
    for count in (7, 0, 0, 1):
        pia.soft.count = count
        give(half(client, pia), pia.soft.get(question(client)))
        assert is_in(client), count
        client.post("/sign-out/")
    assert pia.kinds().count("passkey:counter_reset") == 1
    subjects = [message.subject for message in mail.outbox]
    assert "Latchkey: the counter of a passkey started over" in subjects


@pytest.mark.parametrize(
    ("before", "after", "cause"),
    [
        (UP | UV, UP | UV | BE, "now reports that it can be copied to others"),
        (UP | UV, UP | UV | BE | BS, "now reports that it can be copied to others"),
        (UP | UV | BE | BS, UP | UV, "now reports that it stays on one"),
    ],
)
def test_flags_that_flipped_are_named_with_cause_and_cure(
    client: Client, pia: Person, before: int, after: int, cause: str
) -> None:
    Passkey.objects.filter(user=pia.user).delete()
    soft = give_passkey(pia, "Vault", flags=before)
    soft.flags = after
    page = shown_after(half(client, pia), soft.get(question(client)))
    assert cause in page
    assert "Sign in another way, add it again" in page
    assert "Try again" not in page
    assert not is_in(client)
    assert "passkey:changed" in pia.kinds()
    assert [m.subject for m in mail.outbox] == ["Latchkey: a passkey was refused"]
    assert "add the passkey again on the Devices page" in mail.outbox[0].body.replace("\n", " ")


def test_a_changed_passkey_is_not_offered_and_may_be_made_again(
    client: Client, alice: Person
) -> None:
    soft = give_passkey(alice, "Vault")
    soft.flags = UP | UV | BE
    half(client, alice)
    give(client, soft.get(question(client)))
    assert client.post(OPTIONS).status_code == 404
    assert "Vault" not in seen(client.get("/sign-in/another-way/"))
    client.post("/sign-in/authenticator/", {"code": alice.fresh_code()})
    devices = seen(client.get("/devices/"))
    assert "Vault" in devices
    assert "can’t sign you in" in devices
    asked = client.post("/devices/passkeys/add/options/").json()
    assert not asked["publicKey"]["excludeCredentials"]
    again = SoftPasskey(flags=UP | UV | BE)
    client.post(
        "/devices/passkeys/add/", {"name": "Again", "code": json.dumps(again.create(asked))}
    )
    old = alice.user.passkeys.get(name="Vault")
    client.post(f"/devices/passkeys/{old.public_id}/remove/")
    assert [row.name for row in alice.user.passkeys.all()] == ["Again"]


def test_a_changed_passkey_that_changes_back_signs_in_again(client: Client, pia: Person) -> None:
    half(client, pia)
    pia.soft.flags = UP | UV | BE
    give(client, pia.soft.get(question(client)))
    pia.soft.flags = UP | UV
    alone = question(client, "/sign-in/passkey/alone/options/")
    answer = json.dumps(pia.soft.get(alone))
    client.post("/sign-in/passkey/alone/", {"code": answer})
    assert is_in(client)
    assert pia.user.passkeys.usable().exists()


def test_a_forged_answer_changes_nothing(client: Client, pia: Person) -> None:
    asked = question(half(client, pia))
    pia.soft.flags, pia.soft.key = UP | UV | BE, SoftPasskey().key
    assert refused(client, pia.soft.get(asked))
    assert pia.user.passkeys.usable().exists()
    assert "passkey:changed" not in pia.kinds()


def test_a_removed_passkey_is_refused(client: Client, pia: Person) -> None:
    second = give_passkey(pia, "Second")
    asked = question(half(client, pia))
    Passkey.objects.filter(name="Second").delete()
    assert refused(client, second.get(asked))


def test_failures_cost_tries_and_are_in_the_activity(client: Client, pia: Person) -> None:
    half(client, pia)
    for _each in range(settings.FAILURES_BEFORE_WAIT):
        give(client, "null")
    assert give(client, pia.soft.get(question(client))).status_code == 429
    assert pia.kinds() == ["sign_in:code_failed"] * settings.FAILURES_BEFORE_WAIT


def test_questions_are_limited(client: Client, pia: Person) -> None:
    half(client, pia)
    for _each in range(settings.PASSKEY_CHALLENGES_A_PERSON):
        question(client)
    assert client.post(OPTIONS).status_code == 429


def test_no_question_without_a_password_or_a_passkey(
    client: Client, new_client: Any, alice: Person
) -> None:
    assert client.post(OPTIONS).status_code == 404
    half(client, alice)
    assert client.post(OPTIONS).status_code == 404
    assert client.post("/sign-in/authenticator/options/").status_code == 404
    assert client.post("/sign-in/nonsense/options/").status_code == 404
    assert client.get(OPTIONS).status_code == 405
    assert new_client().post(CONFIRM_OPTIONS)["Location"].startswith("/sign-in/")
    assert not Challenge.objects.exists()


def test_it_confirms_a_sensitive_act(client: Client, pia: Person) -> None:
    enter(client, pia, Strength.RECOVERED)
    give(client, pia.soft.get(question(client, CONFIRM_OPTIONS)), CONFIRM)
    assert max(proof.strength for proof in proofs_in(client.session)) == Strength.TWO_STEP
    assert pia.kinds() == ["step_up:passed"]


def test_held_it_proves_a_recovery_only(client: Client, pia: Person) -> None:
    from_tomorrow = Passkey.objects.get(user=pia.user).trusted_from + timedelta(days=1)
    Passkey.objects.filter(user=pia.user).update(trusted_from=from_tomorrow)
    give(half(client, pia), pia.soft.get(question(client)))
    assert max(proof.strength for proof in proofs_in(client.session)) == Strength.RECOVERED


def test_an_older_strong_proof_is_asked_about_a_held_one(client: Client, alice: Person) -> None:
    give_passkey(alice)
    passkey = Passkey.objects.get(user=alice.user)
    until = passkey.trusted_from + timedelta(days=1)
    Passkey.objects.filter(pk=passkey.pk).update(trusted_from=until)
    ground = Ground("another", Strength.RECOVERED, ("password", "email"), until, until)
    bindings.note(alice.user, "passkey", passkey.factor, ground=ground, name=passkey.name)
    half(client, alice).post("/sign-in/authenticator/", {"code": alice.fresh_code()})
    assert Passkey.objects.get(user=alice.user).is_held
    assert client.get("/security/")["Location"].startswith("/security/added/")
    assert "Blue key" in client.get("/security/added/").content.decode()
