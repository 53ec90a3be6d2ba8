"""Which passwords are refused, and why."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.models import User

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
        "☃" * 5 + "ünïcödé sn",
    ],
)
def test_a_long_password_of_ones_own_is_welcome(password: str) -> None:
    validate_password(password, ANNA)
