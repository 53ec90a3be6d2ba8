"""What reaches one mailbox is one address: one key, one count, one account."""

from collections.abc import Callable

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client

from accounts.contacts.normalization import email_key
from accounts.models import EmailAddress, User
from core.addresses import in_ascii, in_letters
from core.fields import validate_address
from core.i18n import one_line
from tests.people import PASSWORD, Person

Browsers = Callable[..., Client]
SAME = {
    "robin@bücher.example": [
        "robin@xn--bcher-kva.example",
        "robin@XN--BCHER-KVA.example",
        "Robin@BÜCHER.Example",
        "robin@bu\u0308cher.example",
        "robin@bücher.example.",
        "robin@bücher\u3002example",
        '"robin"@bücher.example',
        '"r\\obin"@bücher.example',
    ],
    "robin@example.org": [
        "robin@ex\ufe0fample.org",
        "robin@ex\u034fample.org",
        "robin@ex\u180bample.org",
        "robin@ex\u00adample.org",
        "robin@ex\u200bample.org",
        "robin@ｅxample.org",
        '"robin"@example.org',
        '"\\r\\o\\b\\i\\n"@example.org',
        " ROBIN@example.org ",
    ],
    '"ro bin"@example.org': ['"ro\\ bin"@example.org', '"RO BIN"@example.org'],
}
OTHERS = [
    "robin@strasse.example",
    "robin@straße.example",
    '"ro bin"@example.org',
    "r.obin@example.org",
]
UNSEEN = ["\ufe0f", "\u034f", "\u180b", "\u00ad", "\u3164", "\u115f", "\u200b", "\U000e0100"]


@pytest.mark.parametrize(("address", "spellings"), SAME.items())
def test_one_mailbox_has_one_key(address: str, spellings: list[str]) -> None:
    assert {email_key(each) for each in spellings} == {email_key(address)}


def test_other_mailboxes_have_others() -> None:
    assert len({email_key(address) for address in [*SAME, *OTHERS]}) == len({*SAME, *OTHERS})


def test_a_domain_is_shown_in_letters_and_mailed_to_in_ascii() -> None:
    assert in_letters("Robin@xn--bcher-kva.example") == "Robin@bücher.example"
    assert in_letters('"robin"@example.org') == "robin@example.org"
    assert in_letters('"ro bin"@example.org') == '"ro bin"@example.org'
    assert in_ascii("robin@straße.example") == "robin@xn--strae-oqa.example"
    assert in_ascii("robin@example.org") == "robin@example.org"


@pytest.mark.parametrize("character", UNSEEN)
@pytest.mark.parametrize("address", ["robin@ex{}ample.org", "ro{}bin@example.org"])
def test_no_address_is_taken_with_what_nobody_sees(address: str, character: str) -> None:
    with pytest.raises(ValidationError):
        validate_address(address.format(character))


@pytest.mark.parametrize("address", ["robin@bücher", "robin@x\u2024.example", "robin@-b.example"])
def test_no_address_is_taken_whose_domain_cannot_be_one(address: str) -> None:
    with pytest.raises(ValidationError):
        validate_address(address)


def test_a_name_is_made_of_something_that_can_be_seen() -> None:
    assert {one_line(character * 3) for character in [*UNSEEN, "\u2800", "\u1160"]} == {""}
    assert one_line("Jo ❤\ufe0f") == "Jo ❤\ufe0f"


@pytest.mark.parametrize("typed", ["robin@bücher.example", "robin@xn--bcher-kva.example"])
def test_whoever_signed_up_in_letters_signs_in_and_resets_in_either(
    client: Client, new_client: Browsers, db: None, typed: str
) -> None:
    form = {"email": typed, "password": PASSWORD}
    assert client.post("/sign-up/", form)["Location"] == "/sign-up/confirm/"
    assert mail.outbox[-1].to == ["robin@xn--bcher-kva.example"]
    code = str(mail.outbox[-1].body).partition("\n\n")
    digits = next(word for word in " ".join(code).split() if word.isdigit() and len(word) == 6)
    client.post("/sign-up/confirm/", {"code": digits})
    assert User.objects.get().email == "robin@bücher.example"
    for spelling in ("robin@bücher.example", "robin@xn--bcher-kva.example"):
        other = new_client()
        other.post("/sign-in/", {**form, "email": spelling})
        assert "_auth_user_id" in other.session
        sent = len(mail.outbox)
        other.post("/sign-out/")
        other.post("/password/reset/", {"email": spelling})
        assert mail.outbox[sent].to == ["robin@xn--bcher-kva.example"]


def renew() -> None:
    call_command("renew_address_keys")


def test_keys_of_before_are_renewed(carol: Person) -> None:
    old = {"email": "robin@xn--bcher-kva.example", "email_key": "robin@xn--bcher-kva.example"}
    User.objects.filter(pk=carol.user.pk).update(**old)
    EmailAddress.objects.filter(user=carol.user).update(
        address=old["email"], key=old["email_key"] + "."
    )
    renew()
    row = carol.user.email_addresses.get()
    assert carol.reload().email == row.address == "robin@bücher.example"
    assert carol.user.email_key == row.key == "robin@xn--bcher-kva.example"


def test_two_accounts_with_one_mailbox_are_named_and_stay(
    carol: Person, bob: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    for person, address in ((carol, "robin@bücher.example"), (bob, '"robin"@bücher.example')):
        User.objects.filter(pk=person.user.pk).update(email=address, email_key=address)
        rows = EmailAddress.objects.filter(user=person.user)
        rows.update(address=address, key=address)
    renew()
    said = capsys.readouterr().out
    assert said.count("reaches the same mailbox") == 2
    assert '"robin"@bücher.example' in said
    keys = set(User.objects.values_list("email_key", flat=True))
    assert keys == {"robin@xn--bcher-kva.example", '"robin"@bücher.example'}
