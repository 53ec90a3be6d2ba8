"""Which passwords are refused, and why."""

import sys
from hashlib import sha1
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import translation
from pytest_django import Settings
from zxcvbn import matching

from accounts.authentication.proofs import Strength
from accounts.checks import check_leaked_passwords
from accounts.models import User
from accounts.passwords import leaked, strength
from tests.accounts.helpers import seen
from tests.people import Person, enter

ANNA = User(email="anna.dejong@example.org", name="Anna de Jong")


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("fourteen chars", "password_too_short"),
        ("1234567890123456", "sequence"),
        ("abcdefghijklmnopqr", "sequence"),
        ("qwertyuiopasdfghjkl", "sequence"),
        ("0987654321poiuytrewq", "sequence"),
        ("passwordpassword", "repetition"),
        ("aaaabbbbaaaabbbbab", "repetition"),
        ("password12345678901234", "password_too_common"),
        ("thisismypassword", "guessable"),
        ("changemechangeme1", "guessable"),
        ("iloveyouforever1", "guessable"),
        ("geheimwachtwoord", "guessable"),
        ("letmeinletmeinnow", "guessable"),
        ("passwordpassword1", "guessable"),
        ("welkom123welkom123", "repetition"),
        ("welkom123welkom1234", "guessable"),
        ("ikhouvanjou123456", "guessable"),
        ("mijnwachtwoord123", "guessable"),
        ("wachtwoord123456", "guessable"),
        ("welcometothejungle", "guessable"),
        ("qwertyuiop123456", "guessable"),
        ("football12345678", "guessable"),
        ("sunshine20242025", "guessable"),
        ("Amsterdam2024!!!", "guessable"),
        ("zomer2024zomer2024!", "guessable"),
        ("p@ssw0rdp@ssw0rd1", "guessable"),
        ("trustno1trustno1x", "guessable"),
        ("iloveyou12345678", "guessable"),
        ("monkeymonkey1234", "guessable"),
        ("adminadminadmin1", "guessable"),
        ("dragonballdragon", "guessable"),
        ("maytheforcebewithyou", "guessable"),
        ("AnnadeJongLatchkey1", "guessable"),
        ("latchkeylatchkey1", "personal"),
        ("Anna.DeJong@example.org!", "personal"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused_with_its_reason(
    password: str, code: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        validate_password(password, ANNA)
    assert code in {error.code for error in refusal.value.error_list}


@pytest.mark.parametrize(
    "password",
    [
        "fifteen chars ok",
        "abcd is how the alphabet begins",
        "correct horse battery",
        "correct horse battery staple",
        "paard batterij nietje juist",
        "wool lantern marble cliff",
        "de trap kraakt als oma zingt",
        "Tl9#vQ2!xB7$mK4z",
        "kzqjwxvbpyfgmrtd",
        "three grey owls and a kettle",
        "mein kleines haus am see",
        "4@8({[<369!1|7$5+%0 ()7@<28{[9#3",
        "thisismypassword" * 3 + " but a badger ate the harbour light",
        "☃" * 5 + "ünïcödé sn",
    ],
)
def test_a_long_password_of_ones_own_is_welcome(password: str) -> None:
    validate_password(password, ANNA)


def test_the_reason_is_said_in_words_without_the_password() -> None:
    with pytest.raises(ValidationError) as refusal:
        validate_password("geheimwachtwoord", ANNA)
    said = " ".join(refusal.value.messages)
    assert "words, names and passwords that many people use" in said
    assert "geheim" not in said
    with translation.override("nl"), pytest.raises(ValidationError) as refusal:
        validate_password("sunshine20242025", ANNA)
    said = " ".join(refusal.value.messages)
    assert "is makkelijk te raden" in said
    assert "een datum" in said


@pytest.mark.parametrize(
    "typed",
    [
        "4@8({[<369!1|7$5+%02" * 50,
        "a4@b8c({[<e3g69i1!|l7o0s$5t+x%z2" * 30,
        "1qaz2wsx3edc4rfv5tgb" * 50,
        "20112012201320142015" * 50,
        "ab" * 500 + "c",
        "p@$$w0rd" * 120,
    ],
)
def test_the_work_is_bounded_whatever_is_typed(typed: str) -> None:
    asked: list[int] = []

    def count(frame: Any, event: str, arg: Any) -> None:
        asked.append(event == "call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        strength.reasons(typed, ["anna"], least=1e300)
    finally:
        sys.setprofile(before)
    assert sum(asked) < 60_000  # calls, of which a slow machine makes as many as a quick one


def test_what_is_known_of_one_person_is_not_kept_for_the_next() -> None:
    assert "dictionary" in strength.reasons("zubrowkazubrowka1", ["zubrowka"], least=1e10)
    assert "dictionary" not in strength.reasons("zubrowkazubrowka1", [], least=1e300)
    assert "user_inputs" not in matching.RANKED_DICTIONARIES


def digest(password: str) -> str:
    return sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def made(tmp_path: Path, passwords: list[str], *, count: bool = True) -> Path:
    """Make the file by the command, from a list as it is given away."""
    lines = sorted(f"{digest(each)}{':3' * count}\n" for each in passwords)
    (tmp_path / "list.txt").write_text("".join(lines))
    call_command("leaked_passwords", tmp_path / "list.txt", tmp_path / "leaked", stdout=StringIO())
    return tmp_path / "leaked"


@pytest.mark.parametrize("count", [True, False])
def test_a_leaked_password_is_refused(tmp_path: Path, settings: Settings, count: bool) -> None:
    others = [f"password number {number}" for number in range(3000)]
    path = made(tmp_path, ["quiet foxes jump seven", *others], count=count)
    settings.LEAKED_PASSWORDS = str(path)
    assert leaked.check(str(path)) == 3001
    assert all(leaked.has(str(path), each) for each in others)
    assert not any(leaked.has(str(path), f"another {number}") for number in range(3000))
    with pytest.raises(ValidationError) as refusal:
        validate_password("quiet foxes jump seven", ANNA)
    assert [error.code for error in refusal.value.error_list] == ["leaked"]
    validate_password("quiet foxes jump eight", ANNA)


def test_first_and_last_of_a_list_are_found(tmp_path: Path) -> None:
    digests = [bytes(20), b"\x00\x00" + b"\xff" * 18, b"\xff" * 20]
    with (tmp_path / "file").open("xb") as out:
        assert leaked.write([*digests, b"\xff" * 20], out) == 3
    assert leaked.check(str(tmp_path / "file")) == 3
    assert not leaked.has(str(tmp_path / "file"), "anything")


def test_a_list_that_is_not_sorted_makes_no_file(tmp_path: Path) -> None:
    (tmp_path / "list").write_text(f"{'B' * 40}:1\n{'A' * 40}:1\n")
    with pytest.raises(CommandError, match=r"Line 2 .* LC_ALL=C sort"):
        call_command("leaked_passwords", tmp_path / "list", tmp_path / "leaked")
    (tmp_path / "list").write_text("password\n")
    with pytest.raises(CommandError, match="Line 1 does not start with a hexadecimal SHA-1"):
        call_command("leaked_passwords", tmp_path / "list", tmp_path / "leaked")
    assert [path.name for path in tmp_path.iterdir()] == ["list"]


def test_the_site_does_not_start_with_half_a_file(tmp_path: Path, settings: Settings) -> None:
    path = made(tmp_path, ["one", "two"])
    settings.LEAKED_PASSWORDS = str(path)
    assert not check_leaked_passwords()
    path.write_bytes(path.read_bytes()[:-1])
    assert [problem.id for problem in check_leaked_passwords()] == ["accounts.E101"]
    path.unlink()
    assert "cannot be read: FileNotFoundError" in check_leaked_passwords()[0].msg


def test_the_current_password_is_not_taken_again(carol: Person, client: Client) -> None:
    enter(client, carol, Strength.PASSWORD)
    url = "/security/password/"
    same = {"password": carol.password, "new_password": carol.password}
    assert "This is your current password" in seen(client.post(url, same))
    decomposed = {"password": carol.password, "new_password": "nine small boats upon a läke"}
    assert client.post(url, decomposed).status_code == 302
    again = {
        "password": "nine small boats upon a läke",
        "new_password": "nine small boats upon a la\u0308ke",
    }
    assert "This is your current password" in seen(client.post(url, again))


def test_a_wrong_password_beside_it_learns_nothing(carol: Person, client: Client) -> None:
    enter(client, carol, Strength.PASSWORD)
    guess = {"password": "not the right password", "new_password": carol.password}
    assert "current password" not in seen(client.post("/security/password/", guess))
