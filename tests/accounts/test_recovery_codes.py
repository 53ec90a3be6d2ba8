"""Saved recovery codes: made, shown once, typed back, used once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.authentication.factors import recovery_codes
from accounts.authentication.factors.recovery_codes import ALPHABET, check_character
from accounts.authentication.proofs import Proof, Strength
from accounts.models import RecoveryCode, RecoveryCodeSet
from core.limits.counters import Budget
from tests.accounts.helpers import (
    addresses,
    is_in,
    level_of,
    recover,
    seen,
    told,
    type_code,
    type_password,
)
from tests.people import Person, enter, sign_in

PAPER = "/sign-in/recovery-code/"
PAGE = "/security/recovery-codes/"
NEW = "/security/recovery-codes/new/"


@pytest.fixture(autouse=True)
def _still(clock: time_machine.Traveller) -> None:
    pass


def failures(person: Person) -> int:
    return Budget(f"person:{person.user.pk}", "recovery-code").failures


def make(client: Client) -> list[str]:
    """Make a new set and read the codes from the page."""
    client.post(NEW)
    page = client.get(PAGE).content.decode()
    return [part.partition("<")[0] for part in page.split("data-recovery-code>")[1:]]


def save(client: Client) -> list[str]:
    """Make a new set and type one of its codes back."""
    codes = make(client)
    client.post(PAGE, {"code": codes[0]})
    return codes


def lets_in(client: Client, person: Person, code: str) -> bool:
    type_password(client, person)
    type_code(client, code, PAPER)
    return is_in(client)


# --- Spelling -----------------------------------------------------------------------------------

BODY = st.text(alphabet=ALPHABET, min_size=15, max_size=15)


@given(BODY, st.integers(0, 15), st.sampled_from(ALPHABET))
def test_every_single_slip_is_caught(body: str, place: int, slip: str) -> None:
    code = body + check_character(body)
    wrong = code[:place] + slip + code[place + 1 :]
    if wrong == code:
        assert recovery_codes.clean(wrong) == code
    else:
        with pytest.raises(Exception, match="This code isn’t on any of your sheets"):
            recovery_codes.clean(wrong)


@given(BODY, st.data())
def test_any_case_spacing_and_lookalike_is_the_same_code(body: str, data: st.DataObject) -> None:
    code = body + check_character(body)
    slips = {"0": "0Oo", "1": "1IiLl"}
    letters = [slips.get(each, each + each.lower()) for each in code]
    typed = "".join(data.draw(st.sampled_from(letter)) for letter in letters)
    spaced = data.draw(st.sampled_from(["", " ", "-", " - ", "\t"])).join(typed)
    assert recovery_codes.clean(spaced) == code


def test_a_set_has_ten_different_codes_of_65_random_bits() -> None:
    drawn = [code for _each in range(20) for code in recovery_codes._draw(10)]
    assert len({code[:2] for code in drawn[:10]}) == settings.RECOVERY_CODES_A_SET
    assert len(set(drawn)) == len(drawn)
    assert {len(code) for code in drawn} == {16}
    assert set("".join(drawn)) == set(ALPHABET)


def test_a_code_is_kept_only_as_a_slow_salted_hash(alice: Person) -> None:
    rows = list(RecoveryCode.objects.filter(code_set__user=alice.user))
    assert {row.hash.split("$")[1] for row in rows} == {"argon2id"}
    assert len({row.hash for row in rows}) == settings.RECOVERY_CODES_A_SET
    clear = {code.replace("-", "")[2:] for code in alice.codes}
    assert not [row for row in rows if any(code in str(vars(row)) for code in clear)]


# --- Signing in ---------------------------------------------------------------------------------


def test_any_order_and_spelling_is_accepted_once(client: Client, alice: Person) -> None:
    code = alice.codes[7]
    assert lets_in(client, alice, code.lower().replace("-", " "))
    client.post("/sign-out/")
    assert not lets_in(client, alice, code)
    assert "This code is wrong, already used" in seen(type_code(client, code, PAPER))
    assert recovery_codes.summary(alice.user).left == settings.RECOVERY_CODES_A_SET - 1
    assert lets_in(client, alice, alice.codes[2])


def test_a_used_code_does_not_confirm_either(client: Client, alice: Person) -> None:
    lets_in(client, alice, alice.codes[0])
    before = alice.kinds()
    type_code(client, alice.codes[0], "/confirm/recovery-code/")
    assert alice.kinds() == [*before, "step_up:failed"]


def test_a_typing_mistake_costs_no_try(client: Client, alice: Person) -> None:
    code = alice.codes[0]
    last = ALPHABET[(ALPHABET.index(code[-1]) + 1) % 32]
    type_password(client, alice)
    for typed in (code[:-1] + last, code[:-1], code + "7", "U" * 16, "", "١" * 16):
        assert type_code(client, typed, PAPER).status_code == 200
    assert "This code isn’t on any of your sheets." in seen(
        type_code(client, code[:-1] + last, PAPER)
    )
    assert failures(alice) == 0
    type_code(client, code, PAPER)
    assert is_in(client)


def test_a_well_formed_wrong_code_costs_one(client: Client, alice: Person, bob: Person) -> None:
    type_password(client, alice)
    type_code(client, bob.codes[0], PAPER)
    assert failures(alice) == 1
    assert alice.kinds() == ["sign_in:code_failed"]
    assert not is_in(client)


def test_the_last_code_gone_the_way_is_gone(client: Client, alice: Person) -> None:
    RecoveryCode.objects.exclude(locator=alice.codes[0][:2]).update(used_at=timezone.now())
    type_password(client, alice)
    assert "Recovery code 1 left" in seen(client.get("/sign-in/another-way/"))
    type_code(client, alice.codes[0], PAPER)
    client.post("/sign-out/")
    type_password(client, alice)
    assert "Recovery code" not in seen(client.get("/sign-in/another-way/"))


def test_of_two_matches_of_one_code_only_one_is_spent(alice: Person) -> None:
    code = alice.codes[0].replace("-", "")
    rows = [recovery_codes.find(alice.user, code) for _each in range(2)]
    assert [row.consume() for row in rows if row] == [True, False]


# --- A new set ----------------------------------------------------------------------------------


def test_making_a_set_shows_it_until_one_code_was_typed_back(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    codes = make(client)
    assert len(codes) == settings.RECOVERY_CODES_A_SET
    download = client.get(f"{PAGE}download/")
    assert all(code in download.content.decode() for code in codes)
    assert 'filename="recovery-codes.txt"' in download["Content-Disposition"]
    assert "no-store" in download["Cache-Control"]
    answer = client.post(PAGE, {"code": codes[4]})
    assert answer["Location"] == "/security/"
    assert codes[0] not in client.get(PAGE).content.decode()
    assert client.get(f"{PAGE}download/").status_code == 404
    assert alice.kinds() == ["recovery_codes:made", "recovery_codes:confirmed"]
    assert told("recovery codes") == addresses(alice.user)


def test_typing_a_code_back_does_not_use_it_up(
    client: Client, new_client: Callable[..., Client], alice: Person
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    code = make(client)[0]
    client.post(PAGE, {"code": code})
    assert lets_in(new_client(), alice, code)


def test_a_wrong_code_typed_back_confirms_nothing(
    client: Client, new_client: Callable[..., Client], alice: Person
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    make(client)
    answer = client.post(PAGE, {"code": alice.codes[0]})
    assert answer.status_code == 200
    assert "recovery_codes:confirmed" not in alice.kinds()
    assert recovery_codes.summary(alice.user).pending
    assert lets_in(new_client(), alice, alice.codes[0])


def test_the_codes_are_shown_for_ten_minutes_at_most(
    client: Client, alice: Person, clock: time_machine.Traveller
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    codes = make(client)
    clock.shift(settings.RECOVERY_CODES_SHOWN_FOR)
    page = client.get(PAGE)
    assert codes[0] not in page.content.decode()
    assert "You made new codes but haven’t confirmed them" in seen(page)
    assert client.get(f"{PAGE}download/").status_code == 404


def test_the_codes_are_shown_to_the_browser_that_made_them_only(
    client: Client, new_client: Callable[..., Client], alice: Person
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    codes = make(client)
    other = enter(new_client(), alice, Strength.TWO_STEP)
    assert codes[0] not in other.get(PAGE).content.decode()
    assert other.get(f"{PAGE}download/").status_code == 404
    assert codes[0] in client.get(PAGE).content.decode()


def test_making_a_set_twice_leaves_one_and_it_is_the_one_shown(
    client: Client, new_client: Callable[..., Client], alice: Person
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    first, second = make(client), make(client)
    assert RecoveryCodeSet.objects.live().filter(user=alice.user).count() == 2
    assert not lets_in(new_client(), alice, first[0])
    assert lets_in(new_client(), alice, second[0])
    assert lets_in(new_client(), alice, alice.codes[0])


def test_a_code_of_the_older_sheet_is_told_so(
    client: Client, new_client: Callable[..., Client], alice: Person
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    save(client)
    other = new_client()
    type_password(other, alice)
    answer = type_code(other, alice.codes[0], PAPER)
    assert "This code is from an older sheet." in seen(answer)
    assert not is_in(other)


def test_making_a_set_ends_every_other_session(
    client: Client, new_client: Callable[..., Client], alice: Person
) -> None:
    other = enter(new_client(), alice, Strength.TWO_STEP)
    enter(client, alice, Strength.TWO_STEP)
    make(client)
    assert not is_in(other)
    assert is_in(client)


# --- A set made without the phone ---------------------------------------------------------------


def paper_session(client: Client, person: Person) -> Client:
    password = Proof.now("password", Strength.PASSWORD)
    paper = Proof.now("recovery-code", Strength.RECOVERED, "accounts.set:0")
    return enter(client, person, [password, paper])


@pytest.mark.parametrize(
    ("begin", "hold"),
    [
        (recover, settings.RECOVERY_HOLD),
        (paper_session, settings.RECOVERY_HOLD_SAVED_CODE),
    ],
)
def test_the_older_set_stays_beside_one_made_without_the_phone(
    client: Client,
    new_client: Callable[..., Client],
    alice: Person,
    clock: time_machine.Traveller,
    begin: Callable[[Client, Person], object],
    hold: timedelta,
) -> None:
    begin(client, alice)
    new = make(client)
    assert "your older codes keep working too" in seen(client.get(PAGE))
    assert lets_in(new_client(), alice, alice.codes[0])
    clock.shift(hold + timedelta(days=30))
    assert lets_in(new_client(), alice, alice.codes[1])
    assert lets_in(new_client(), alice, new[0])


HELD = "/security/added/"


def answer(client: Client, person: Person, word: str) -> None:
    """Say what is to become of the set that is asked for."""
    row = person.user.bindings.asked().get()
    client.post(HELD, {word: str(row.public_id)})


@pytest.mark.parametrize("days", [0, 30])
@pytest.mark.parametrize(("word", "works"), [("keep", "new"), ("remove", "old")])
def test_the_owner_chooses_between_two_sheets_at_the_next_strong_sign_in(
    client: Client,
    new_client: Callable[..., Client],
    alice: Person,
    clock: time_machine.Traveller,
    word: str,
    works: str,
    days: int,
) -> None:
    recover(client, alice)
    new = save(client)
    owner = new_client()
    clock.shift(timedelta(days=days))
    sign_in(owner, alice)
    assert owner.get("/devices/")["Location"].startswith(HELD)
    assert "If you keep these codes, your older codes stop working" in seen(owner.get(HELD))
    answer(owner, alice, word)
    assert owner.get(f"{HELD}?next=/devices/")["Location"] == "/devices/"
    assert owner.get("/devices/").status_code == 200
    assert lets_in(new_client(), alice, alice.codes[1]) == (works == "old")
    assert lets_in(new_client(), alice, new[0]) == (works == "new")


def test_the_session_that_made_a_set_makes_it_the_only_one_with_the_phone(
    client: Client, new_client: Callable[..., Client], alice: Person
) -> None:
    recover(client, alice)
    save(client)
    type_code(client, alice.fresh_code(), "/confirm/authenticator/?for=two-step")
    assert "hold:ended" in alice.kinds()
    assert client.get("/devices/").status_code == 200
    assert not lets_in(new_client(), alice, alice.codes[0])


def test_a_second_set_made_without_the_phone_does_not_end_the_first_sheet(
    client: Client, new_client: Callable[..., Client], alice: Person
) -> None:
    recover(client, alice)
    make(client)
    make(client)
    assert lets_in(new_client(), alice, alice.codes[0])


def test_a_recovered_session_may_make_codes_but_stays_recovered(
    client: Client, alice: Person
) -> None:
    recover(client, alice)
    codes = make(client)
    client.post(PAGE, {"code": codes[0]})
    assert level_of(client) == Strength.RECOVERED
