"""Recovery codes: once, however spelled, and gone when renewed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.authentication.factors import recovery_codes
from accounts.authentication.proofs import Strength
from accounts.models import RecoveryCode
from tests.attacks.tools import is_in, start
from tests.people import Person, enter

Browsers = Callable[..., Client]
RESPELLED: list[Callable[[str], str]] = [
    str.lower,
    lambda code: code.replace("-", " "),
    lambda code: code.replace("-", ""),
    lambda code: f"  {code} \t",
    lambda code: code.replace("0", "O").replace("1", "I"),
    lambda code: code.replace("0", "o").replace("1", "l"),
]


def use(client: Client, code: str) -> Any:
    """Type a recovery code at the second step."""
    return client.post("/sign-in/recovery-code/", {"code": code})


def test_a_used_code_is_refused_in_every_browser(alice: Person, new_client: Browsers) -> None:
    for number in range(3):
        client = new_client()
        start(client, alice)
        use(client, alice.codes[0])
        assert is_in(client) is (number == 0)
    failed = [kind for kind in alice.kinds() if kind == "sign_in:code_failed"]
    assert len(failed) == 2
    assert "sign_in:recovered" in alice.kinds()


@pytest.mark.parametrize("respelled", RESPELLED)
def test_another_spelling_spends_the_same_code(
    alice: Person, new_client: Browsers, respelled: Callable[[str], str]
) -> None:
    first, second = new_client(), new_client()
    start(first, alice)
    start(second, alice)
    assert use(first, respelled(alice.codes[0])).status_code == 302
    use(second, alice.codes[0])
    assert not is_in(second)


@pytest.mark.parametrize("typed", ["x" * 64, "x" * 70, "０" * 16, "ﬃ" * 16, "AAAA-AAAA-AAAA-AAAA"])
def test_what_cannot_be_a_code_costs_no_try(alice: Person, client: Client, typed: str) -> None:
    start(client, alice)
    assert use(client, typed).status_code == 200
    assert alice.kinds() == []


def test_codes_of_somebody_else_are_refused(alice: Person, bob: Person, client: Client) -> None:
    start(client, alice)
    use(client, bob.codes[0])
    assert not is_in(client)
    assert not RecoveryCode.objects.filter(used_at__isnull=False).exists()


def renew(client: Client) -> None:
    """Make a new sheet and type one of its codes back."""
    client.post("/security/recovery-codes/new/")
    code = client.get("/security/recovery-codes/download/").content.decode().split()[-1]
    client.post("/security/recovery-codes/", {"code": code})


def test_a_renewed_sheet_kills_the_old_one_once_it_is_typed_back(
    alice: Person, new_client: Browsers
) -> None:
    inside, thief = enter(new_client(), alice, Strength.TWO_STEP), new_client()
    start(thief, alice)
    renew(inside)
    answer = use(thief, alice.codes[0])
    assert "older sheet" in answer.content.decode()
    assert not is_in(thief)
    assert alice.user.recovery_code_sets.live().count() == 1


def test_a_code_of_an_older_sheet_is_written_down(alice: Person, new_client: Browsers) -> None:
    inside, thief = enter(new_client(), alice, Strength.TWO_STEP), new_client()
    renew(inside)
    start(thief, alice)
    use(thief, alice.codes[0])
    assert alice.kinds()[-1] == "sign_in:code_failed"


def test_renewing_needs_a_fresh_proof(alice: Person, client: Client) -> None:
    enter(client, alice, [])
    assert client.post("/security/recovery-codes/new/").status_code == 302
    assert recovery_codes.summary(alice.user).left == len(alice.codes)


def test_renewing_over_and_over_is_refused_before_the_hashing(
    alice: Person, client: Client
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    most = settings.RECOVERY_CODE_SETS_A_QUARTER_HOUR
    answers = [client.post("/security/recovery-codes/new/") for _each in range(most + 1)]
    assert [answer.status_code for answer in answers] == [302] * most + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert alice.kinds().count("recovery_codes:made") == most


def test_the_codes_are_shown_to_the_session_that_made_them_only(
    alice: Person, new_client: Browsers
) -> None:
    mine = enter(new_client(), alice, Strength.TWO_STEP)
    mine.post("/security/recovery-codes/new/")
    shown = mine.get("/security/recovery-codes/download/").content.decode()
    code = shown.split()[-1]
    other = enter(new_client(), alice, Strength.TWO_STEP)
    assert other.get("/security/recovery-codes/download/").status_code == 404
    assert code not in other.get("/security/recovery-codes/").content.decode()
    mine.post("/security/recovery-codes/", {"code": code})
    assert mine.get("/security/recovery-codes/download/").status_code == 404
    assert code not in mine.get("/security/recovery-codes/").content.decode()


def test_renewing_in_a_recovered_session_leaves_the_owner_the_old_sheet(
    alice: Person, new_client: Browsers
) -> None:
    thief, owner = enter(new_client(), alice, Strength.RECOVERED), new_client()
    for _each in range(3):
        thief.post("/security/recovery-codes/new/")
    start(owner, alice)
    assert use(owner, alice.codes[0]).status_code == 302


def test_a_stolen_database_holds_no_code() -> None:
    drawn = recovery_codes.draw()
    assert len({hashed.split("$")[4] for hashed in drawn.hashes}) == len(drawn.hashes)
    assert all(hashed.startswith("argon2") for hashed in drawn.hashes)
    assert not any(code[2:] in "".join(drawn.hashes) for code in drawn.codes)


def test_ten_thousand_codes_are_random_enough() -> None:
    codes = [code for _each in range(1000) for code in recovery_codes._draw(10)]
    assert len({code[2:15] for code in codes}) == len(codes)
    assert {len(code) for code in codes} == {recovery_codes.LENGTH}
    assert set("".join(codes)) == set(recovery_codes.ALPHABET)
    assert (recovery_codes.LENGTH - recovery_codes.LOCATOR - 1) * 5 >= 64
    assert all(recovery_codes.clean(code) == code for code in codes)
