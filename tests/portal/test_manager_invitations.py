"""Managers invite people to their organisation, one by one or by a list."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import organisation_policy
from accounts.authentication.proofs import Strength
from accounts.links import invitations
from accounts.models import Invitation, Membership, Organisation, User
from tests.accounts.helpers import is_in, mails_to, seen
from tests.links import open_link
from tests.people import PASSWORD, Person, enter
from tests.work import make_organisation

Browsers = Callable[..., Client]
NEW = "newcomer@latchkey.example"
LINK = re.compile(r"https://testserver(/invitation/link/#\S+)")


@pytest.fixture
def firm(rows: None) -> Organisation:
    return make_organisation("Example Ltd")


@pytest.fixture
def manager(bob: Person, firm: Organisation) -> Person:
    manage(bob, firm)
    return bob


@pytest.fixture
def office(client: Client, manager: Person) -> Client:
    """The browser of the manager."""
    return enter(client, manager, Strength.TWO_STEP)


def manage(person: Person, firm: Organisation) -> None:
    organisation_policy.join(person.user, firm)
    organisation_policy.set_manager(person.user, firm, is_manager=True)
    person.reload()


def page(firm: Organisation, rest: str = "") -> str:
    return f"/organisation/{firm.public_id}/invitations/{rest}"


def of(row: Invitation, act: str, firm: Organisation | None = None) -> str:
    organisation = firm or row.organisation
    assert organisation
    return page(organisation, f"{row.public_id}/{act}/")


def invite(office: Client, firm: Organisation, address: str = NEW) -> Any:
    return office.post(page(firm), {"email": address, "name": "Nora"}, follow=True)


def link_to(address: str = NEW) -> str:
    return str(LINK.findall("\n".join(mails_to(address)))[-1])


def accept(browser: Client, link: str) -> Any:
    open_link(browser, link)
    return browser.post("/invitation/", {"name": "Nora", "password": PASSWORD}, follow=True)


def test_who_is_invited_makes_an_account_and_is_a_member_whom_the_manager_sees(
    office: Client, firm: Organisation, new_client: Browsers, settings: LazySettings
) -> None:
    settings.SIGN_UP_OPEN = False
    assert f"We’re sending an invitation to {NEW}." in seen(invite(office, firm))
    assert "Example Ltd invites you to create an account" in mails_to(NEW)[0]
    guest = new_client()
    open_link(guest, link_to())
    assert "You’ll become a member of Example Ltd." in seen(guest.get("/invitation/"))
    accept(guest, link_to())
    assert is_in(guest)
    user = User.objects.get(email=NEW)
    kinds = list(user.events.order_by("pk").values_list("kind", "actor_id"))
    assert ("organisation:joined", None) in kinds
    assert ("account:created", None) in kinds  # a manager does not act as staff
    assert NEW in seen(office.get(f"/organisation/{firm.public_id}/"))
    assert "accepted just now" in seen(office.get(page(firm)))


def test_who_is_invited_reads_the_rules_first_and_then_sets_two_step_up(
    office: Client, firm: Organisation, new_client: Browsers, alice: Person
) -> None:
    firm.two_step_from, firm.session_hours = timezone.localdate(), 8
    firm.save()
    invite(office, firm)
    guest = new_client()
    open_link(guest, link_to())
    words = seen(guest.get("/invitation/"))
    assert "Two-step verification is required from" in words
    assert "People are signed out after 8 hours." in words
    answer = accept(guest, link_to())
    assert answer.redirect_chain[-1][0] == "/security/two-step/"
    assert "Example Ltd requires two-step verification." in seen(answer)
    invite(office, firm, alice.address)
    home = enter(new_client(), alice, Strength.TWO_STEP)
    open_link(home, link_to(alice.address))
    assert "People are signed out after 8 hours." in seen(home.get("/invitation/join/"))


def test_who_has_an_account_joins_with_it(
    office: Client, firm: Organisation, new_client: Browsers, alice: Person
) -> None:
    invite(office, firm, alice.address)
    assert "Example Ltd invites you to join with your" in mails_to(alice.address)[-1]
    home = enter(new_client(), alice, Strength.TWO_STEP)
    assert open_link(home, link_to(alice.address))["Location"] == "/invitation/"
    answer = home.get("/invitation/", follow=True)
    assert answer.redirect_chain == [("/invitation/join/", 302)]
    assert "Join Example Ltd" in seen(answer)
    assert not Membership.objects.filter(user=alice.user).exists()
    assert "You’re now a member of Example Ltd." in seen(
        home.post("/invitation/join/", follow=True)
    )
    assert Membership.objects.filter(user=alice.user, organisation=firm).exists()
    assert "organisation:joined" in alice.kinds()
    assert home.post("/invitation/join/").status_code == 404


def test_who_has_an_account_and_is_signed_out_signs_in_first(
    office: Client, firm: Organisation, new_client: Browsers, alice: Person
) -> None:
    invite(office, firm, alice.address)
    home = new_client()
    open_link(home, link_to(alice.address))
    answer = home.get("/invitation/")
    assert answer["Location"] == "/sign-in/?next=%2Finvitation%2Fjoin%2F"
    home.post(answer["Location"], {"email": alice.address, "password": alice.password})
    answer = home.post("/sign-in/authenticator/", {"code": alice.fresh_code()})
    assert answer["Location"] == "/invitation/join/"
    home.post("/invitation/join/")
    assert Membership.objects.filter(user=alice.user, organisation=firm).exists()


def test_nobody_joins_by_the_invitation_of_somebody_else(
    office: Client, firm: Organisation, new_client: Browsers, alice: Person, carol: Person
) -> None:
    invite(office, firm, alice.address)
    thief = enter(new_client(), carol, Strength.PASSWORD)
    open_link(thief, link_to(alice.address))
    assert "Sign out first" in seen(thief.get("/invitation/", follow=True))
    thief.post("/invitation/join/")
    assert not Membership.objects.filter(user=carol.user).exists()


def test_an_address_that_has_an_account_looks_the_same_to_the_manager(
    office: Client, firm: Organisation, alice: Person, sue: Person
) -> None:
    other = make_organisation("Other Ltd")
    manage(sue, other)
    invitations.invite(actor=sue.user, address="invited@latchkey.example")
    invited_there = "there@latchkey.example"
    Invitation.objects.create(
        address=invited_there, organisation=other, expires_at=Invitation.objects.get().expires_at
    )
    said: list[tuple[str, ...]] = []
    for address in (NEW, alice.address, "invited@latchkey.example", invited_there):
        answer = invite(office, firm, address)
        words = seen(answer).replace(address, "ADDRESS")
        above = words.partition("Sent, newest first")[0]
        row = seen(office.get(page(firm))).partition("Sent, newest first")[2]
        listed = row.partition("Withdraw")[0].replace(address, "ADDRESS")
        said.append((str(answer.redirect_chain), above, listed))
        assert len(mails_to(address)) >= 1
    assert len(set(said)) == 1, said
    assert firm.invitations.count() == 4


def test_a_member_and_an_address_that_is_invited_already_are_said_so(
    office: Client, firm: Organisation, alice: Person
) -> None:
    organisation_policy.join(alice.user, firm)
    assert "already belongs to your organisation" in seen(invite(office, firm, alice.address))
    invite(office, firm, NEW.upper())
    answer = invite(office, firm, NEW.upper())
    assert "has already been invited" in seen(answer)
    assert firm.invitations.count() == 1
    assert len(mail.outbox) == 1


def test_sent_again_only_the_newest_link_works_and_withdrawn_none(
    office: Client, firm: Organisation, new_client: Browsers
) -> None:
    invite(office, firm)
    older, row = link_to(), Invitation.objects.get()
    assert "another link" in seen(office.post(of(row, "send"), follow=True))
    assert link_to() != older
    assert open_link(new_client(), older).status_code == 404
    page_after = office.post(of(row, "withdraw"), follow=True)
    assert "The invitation is withdrawn" in seen(page_after)
    assert "withdrawn just now" in seen(page_after)
    assert open_link(new_client(), link_to()).status_code == 404
    for act in ("send", "withdraw"):
        assert "accepted or withdrawn" in seen(office.post(of(row, act), follow=True))
    invite(office, firm)
    assert firm.invitations.count() == 2


def test_an_invitation_of_another_organisation_is_not_reached_through_mine(
    office: Client, firm: Organisation, sue: Person
) -> None:
    other = make_organisation("Other Ltd")
    manage(sue, other)
    theirs = Invitation.objects.create(
        address=NEW,
        organisation=other,
        expires_at=invitations.invite(actor=sue.user, address="x@latchkey.example").expires_at,
    )
    of_staff = Invitation.objects.get(organisation=None)
    for row in (theirs, of_staff):
        for act in ("send", "withdraw"):
            assert office.post(of(row, act, firm)).status_code == 404
            assert office.post(of(row, act, other)).status_code == 404
        row.refresh_from_db()
        assert (row.withdrawn_at, row.round) == (None, 1)
    assert theirs.address not in office.get(page(firm)).text


def test_a_former_manager_neither_sends_nor_withdraws(
    office: Client, manager: Person, firm: Organisation
) -> None:
    invite(office, firm)
    row = Invitation.objects.get()
    organisation_policy.set_manager(manager.user, firm, is_manager=False)
    for act in ("send", "withdraw"):
        assert office.post(of(row, act)).status_code == 404
    row.refresh_from_db()
    assert (row.withdrawn_at, row.round) == (None, 1)


def test_staff_see_of_which_organisation_an_invitation_is(
    office: Client, firm: Organisation, new_client: Browsers, sue: Person
) -> None:
    invite(office, firm)
    desk = enter(new_client(), sue, Strength.TWO_STEP)
    assert "Nora · valid until" in seen(desk.get("/admin/invitations/"))
    assert "Example Ltd" in seen(desk.get("/admin/invitations/"))


def test_a_manager_floods_nobody(
    office: Client, firm: Organisation, settings: LazySettings
) -> None:
    invite(office, firm)
    row = Invitation.objects.get()
    for _each in range(settings.INVITATIONS_AN_ADDRESS):
        office.post(of(row, "send"))
    answer = office.post(of(row, "send"), follow=True)
    assert "has been sent enough invitations today" in seen(answer)
    assert len(mails_to(NEW)) == settings.INVITATIONS_AN_ADDRESS


def test_one_manager_invites_so_many_a_day(
    office: Client, firm: Organisation, settings: LazySettings
) -> None:
    settings.MANAGER_INVITATIONS_A_DAY = 2
    for number in range(2):
        invite(office, firm, f"n{number}@latchkey.example")
    answer = office.post(page(firm), {"email": NEW})
    assert answer.status_code == 429
    assert "You’ve sent enough invitations for now." in seen(answer)
    assert f'value="{NEW}"' in answer.text
    assert firm.invitations.count() == 2


# --- By a list ----------------------------------------------------------------------------------

GOOD = "address,name\none@latchkey.example, One Person\n\ntwo@latchkey.example\n"


def send(office: Client, firm: Organisation, text: str, **more: Any) -> Any:
    return office.post(page(firm, "list/"), {"text": text, **more}, follow=True)


def test_a_good_list_is_asked_about_once_more_and_then_sent(
    office: Client, firm: Organisation
) -> None:
    answer = send(office, firm, GOOD)
    assert "Press once more to invite 2 people." in seen(answer)
    assert "Send 2 invitations" in seen(answer)
    assert not firm.invitations.exists()
    answer = send(office, firm, GOOD, count="2")
    assert "We’re sending 2 invitations." in seen(answer)
    rows = firm.invitations.order_by("pk").values_list("address", "name")
    assert list(rows) == [("one@latchkey.example", "One Person"), ("two@latchkey.example", "")]
    assert len(mails_to("one@latchkey.example")) == len(mails_to("two@latchkey.example")) == 1


def test_a_list_that_changed_meanwhile_is_asked_about_again(
    office: Client, firm: Organisation
) -> None:
    send(office, firm, GOOD)
    answer = send(office, firm, f"{GOOD}three@latchkey.example", count="2")
    assert "Press once more to invite 3 people." in seen(answer)
    assert not firm.invitations.exists()


def test_one_bad_line_sends_nothing_and_loses_nothing(
    office: Client, firm: Organisation, alice: Person
) -> None:
    organisation_policy.join(alice.user, firm)
    invite(office, firm, "open@latchkey.example")
    text = "\n".join(
        [
            "good@latchkey.example,Good",
            "no address",
            f"{alice.address},Alice",
            "open@latchkey.example",
            "GOOD@latchkey.example",
            "a@latchkey.example,b,c",
            f"long@latchkey.example,{'x' * 101}",
        ]
    )
    for count in ("", "7", "1"):
        answer = send(office, firm, text, count=count)
        words = seen(answer)
        assert "Line 2: Enter a valid email address." in words
        assert "Line 5: This address is already on line 1." in words
        assert "Line 6: There are more than two columns." in words
        assert "Line 7: The name is too long." in words
        assert "Press once more" not in words
        for line in text.splitlines():
            assert line in answer.text
    two_lines = f"{alice.address},Alice\nopen@latchkey.example"
    words = seen(send(office, firm, two_lines))
    assert "Line 1: This person already belongs to your organisation." in words
    assert "Line 2: This address has already been invited." in words
    assert firm.invitations.count() == 1


def test_a_file_takes_the_place_of_what_is_typed_and_stands_there_afterwards(
    office: Client, firm: Organisation
) -> None:
    file = BytesIO("\ufeffe-mail;name\r\nzoë@latchkey.example;Zoë\r\nnone\r\n".encode())
    file.name = "people.csv"
    answer = office.post(page(firm, "list/"), {"text": "old", "file": file})
    assert "Line 3: Enter a valid email address." in seen(answer)
    assert "zoë@latchkey.example;Zoë" in answer.text
    file = BytesIO(GOOD.encode())
    file.name = "people.csv"
    answer = office.post(page(firm, "list/"), {"text": "", "file": file, "count": "2"})
    assert "Press once more to invite 2 people." in seen(answer)  # nobody has seen this list yet
    assert not firm.invitations.exists()
    assert "one@latchkey.example, One Person" in answer.text


def test_a_file_of_an_older_spreadsheet_is_read(office: Client, firm: Organisation) -> None:
    file = BytesIO("one@latchkey.example;Zoë\r\n".encode("cp1252"))
    file.name = "people.csv"
    answer = office.post(page(firm, "list/"), {"file": file})
    assert "one@latchkey.example;Zoë" in answer.text
    send(office, firm, "one@latchkey.example;Zoë", count="1")
    assert firm.invitations.get().name == "Zoë"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "List at least one person."),
        ("address,name\n", "List at least one person."),
        ("\n".join(f"n{n}@latchkey.example" for n in range(201)), "These are 201 lines."),
        ('"unfinished', "Line 1:"),
        (",", "Line 1:"),
        ("\x00@x", ""),
    ],
)
def test_odd_lists_are_refused(office: Client, firm: Organisation, text: str, said: str) -> None:
    answer = send(office, firm, text)
    assert answer.status_code == 200
    assert said in seen(answer)
    assert not firm.invitations.exists()


def test_a_list_sent_twice_is_invited_once(office: Client, firm: Organisation) -> None:
    send(office, firm, GOOD, count="2")
    answer = send(office, firm, GOOD, count="2")
    assert "Line 2: This address has already been invited." in seen(answer)
    assert firm.invitations.count() == 2
    assert len(mails_to("one@latchkey.example")) == 1


def test_a_list_beyond_the_day_s_number_sends_nothing_and_uses_nothing_up(
    office: Client, firm: Organisation, settings: LazySettings
) -> None:
    settings.MANAGER_INVITATIONS_A_DAY = 2
    three = f"{GOOD}three@latchkey.example"
    answer = office.post(page(firm, "list/"), {"text": three, "count": "3"})
    assert answer.status_code == 429
    assert "That’s more invitations than you can send today." in seen(answer)
    assert "three@latchkey.example" in answer.text
    assert not firm.invitations.exists()
    send(office, firm, GOOD, count="2")
    assert firm.invitations.count() == 2


def test_a_list_of_200_is_sent(office: Client, firm: Organisation) -> None:
    text = "\n".join(f"n{n}@latchkey.example,Number {n}" for n in range(200))
    send(office, firm, text, count="200")
    assert firm.invitations.count() == 200


def test_what_others_send_to_an_address_stops_no_manager(
    office: Client, firm: Organisation, settings: LazySettings
) -> None:
    settings.INVITATIONS_AN_ADDRESS = 1
    invitations.invite(actor=None, address=NEW)
    assert f"We’re sending an invitation to {NEW}." in seen(invite(office, firm))
