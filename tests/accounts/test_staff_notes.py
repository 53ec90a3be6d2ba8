"""Notes of staff about an account: for colleagues; the person sees that there is one."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from accounts.authentication.proofs import Strength
from accounts.models import Role, StaffNote
from accounts.models.staff_note import TEXT_LENGTH
from tests.accounts.helpers import seen
from tests.people import Person, enter, protected

Browsers = Callable[..., Client]
NOTE = {"text": "Calls from abroad until May.\nHas her passport with her.", "ticket": "INC-20411"}


@pytest.fixture
def desk(client: Client, sue: Person) -> Client:
    """The browser of sue, at work."""
    return enter(client, sue, Strength.TWO_STEP)


def page(person: Person) -> str:
    return f"/admin/accounts/{person.user.public_id}/notes/"


def test_a_colleague_reads_the_note_and_the_person_that_there_is_one(
    desk: Client, new_client: Browsers, alice: Person, sue: Person, root: Person
) -> None:
    answer = desk.post(page(alice), NOTE, follow=True)
    assert "The note is saved." in answer.text
    other = enter(new_client(), root, Strength.TWO_STEP)
    for path in (page(alice), page(alice).replace("notes/", "")):
        words = seen(other.get(path))
        assert "Calls from abroad until May. Has her passport with her." in words
        assert "INC-20411" in words
        assert sue.address in words
    hers = enter(new_client(), alice, Strength.TWO_STEP)
    activity = hers.get("/security/activity/").text
    assert "Staff wrote a note about the account" in activity
    assert "Calls from abroad" not in activity
    assert sue.address not in activity
    assert not mail.outbox


def test_an_auditor_reads_and_does_not_write(
    desk: Client, new_client: Browsers, alice: Person
) -> None:
    desk.post(page(alice), NOTE)
    auditor = enter(new_client(), protected("audit", role=Role.AUDITOR), Strength.TWO_STEP)
    shown = auditor.get(page(alice)).text
    assert "INC-20411" in shown
    assert "Save the note" not in shown
    assert auditor.post(page(alice), NOTE).status_code == 403
    assert StaffNote.objects.count() == 1


def test_nobody_writes_about_their_own_account(desk: Client, sue: Person) -> None:
    assert desk.post(page(sue), NOTE).status_code == 403
    assert not StaffNote.objects.exists()


@pytest.mark.parametrize("text", ["", "  \n \u200b ", "x" * (TEXT_LENGTH + 1)])
def test_a_note_that_says_nothing_or_too_much_keeps_what_was_typed(
    desk: Client, alice: Person, text: str
) -> None:
    answer = desk.post(page(alice), {"text": text, "ticket": "INC-20411"})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert "INC-20411" in answer.text
    assert not StaffNote.objects.exists()


def test_markup_in_a_note_is_inert(desk: Client, alice: Person) -> None:
    evil = "<script>alert(1)</script> {{ 7|add:7 }}"
    answer = desk.post(page(alice), {"text": evil, "ticket": evil[:40]}, follow=True)
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


def test_many_notes_come_in_pages_and_the_account_shows_the_newest(
    desk: Client, alice: Person, sue: Person, django_assert_max_num_queries: Any
) -> None:
    StaffNote.objects.bulk_create(
        StaffNote(user=alice.user, author=sue.user, text=f"note {n:02d}") for n in range(30)
    )
    desk.get(page(alice))
    with django_assert_max_num_queries(5):
        first = desk.get(page(alice))
    second = desk.get(page(alice), {"page": 2})
    assert (first.text.count("note "), second.text.count("note ")) == (25, 5)
    account = desk.get(page(alice).replace("notes/", "")).text
    assert [f"note {n}" in account for n in (29, 28, 27, 26)] == [True, True, True, False]
