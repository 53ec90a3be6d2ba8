"""The walk past the pages of managers of an organisation; see tests/browser/tour.py."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page

from accounts import organisation_policy
from accounts.models import Enrolment, Invitation, Organisation, Role
from accounts.recovery_contacts.answering import words_of
from tests.cases import give_case
from tests.journeys.hand import Hand
from tests.live import fresh_address
from tests.people import Person, give_phone, make_person, protected
from tests.work import give_enrolment, make_organisation

Names = Iterator[str]
Enter = Callable[..., None]


def manage(person: Person, *firms: Organisation) -> None:
    """Make the person a manager, as if an administrator had, without a notice."""
    for firm in firms:
        organisation_policy.join(person.user, firm)
        organisation_policy.set_manager(person.user, firm, is_manager=True)


def pages_of_managers(page: Page, enter: Enter) -> Names:
    """What managers see, empty and full, and how staff make somebody one."""
    hand, firm = Hand(page), make_organisation()
    manager, root = protected("mara"), protected("root", role=Role.ADMINISTRATOR)
    manage(manager, firm)
    person = _people(firm)
    enter(manager)
    home = f"/organisation/{firm.public_id}/"
    hand.open(f"{home}invitations/")
    yield "/organisation/…/invitations/, none"
    _invitations(firm)
    for path in ("", "?state=not-ready", "requests/", "invitations/", "invitations/list/"):
        hand.open(home + path)
        yield f"/organisation/…/{path}"
    yield from _list(hand, home)
    yield from _word(hand, firm, person)
    manage(manager, make_organisation())
    hand.open("/organisation/")
    yield "/organisation/, several"
    hand.open("/security/")
    yield "/security/, of a manager"
    members = f"/admin/organisations/{firm.public_id}/members/"
    enter(root)
    for subject, act in ((person, "give"), (manager, "take")):
        hand.open(f"{members}{subject.user.public_id}/manager/{act}/")
        yield f"/admin/organisations/…/manager/{act}/"
    hand.open(f"/admin/organisations/{firm.public_id}/")
    yield "/admin/organisations/…/, with a manager"
    yield from _joining(page, hand, enter, firm)


def _word(hand: Hand, firm: Organisation, person: Person) -> Names:
    """Say who asks for an account: the words of another request, then those of this one."""
    month = timedelta(days=30)
    person.user.memberships.update(created_at=timezone.now() - month)
    case = give_case(person)
    hand.open(f"/organisation/{firm.public_id}/")
    yield "/organisation/…/, somebody asks for their account"
    hand.press("Do they ask for their account?")
    yield "/organisation/…/word/"
    hand.type("The three words", "not these words")
    hand.press("Yes, it’s them")
    hand.sees("These are not the words.")
    yield "/organisation/…/word/, wrong words"
    hand.type("The three words", " ".join(words_of(case)))
    hand.press("Yes, it’s them")
    hand.sees("Thank you. We’ve noted your answer.")
    case.delete()


def _people(firm: Organisation) -> Person:
    """People in every state; return one who is no manager."""
    ready, begun, waits = protected("ruben"), make_person("bregje"), make_person("wim")
    give_phone(begun)
    for person in (ready, begun, make_person("lot")):
        organisation_policy.join(person.user, firm)
    for person, days in ((waits, 3), (ready, 9)):
        enrolment = give_enrolment(person, firm, state="asked")
        since = timezone.now() - timedelta(days=days)
        Enrolment.objects.filter(pk=enrolment.pk).update(asked_at=since)
    return ready


def _invitations(firm: Organisation) -> None:
    """One in every state."""
    now = timezone.now()
    states = ("accepted_at", "withdrawn_at", "expires_at", "")
    for state in states:
        fields = {"expires_at": now + settings.INVITATION_AGE}
        if state:
            fields[state] = now - timedelta(hours=30)
        Invitation.objects.create(
            address=fresh_address("invited"), name="Wouter", organisation=firm, **fields
        )


def _list(hand: Hand, home: str) -> Names:
    """A list with errors, and one that is asked about."""
    good = f"{fresh_address('one')}, One Person\n{fresh_address('two')}"
    for name, text, said in (
        ("refused", f"{good}\nno address\n{good}", "This address is already on line 1."),
        ("asked about", good, "The list looks good."),
    ):
        hand.open(f"{home}invitations/list/")
        hand.page.get_by_role("textbox").fill(text)
        hand.press("Check the list")
        hand.sees(said)
        yield f"/organisation/…/invitations/list/, {name}"


def _joining(page: Page, hand: Hand, enter: Enter, firm: Organisation) -> Names:
    """What the link of an invitation opens, for somebody new and for somebody with an account."""
    until, person = timezone.now() + settings.INVITATION_AGE, protected("joost")
    rows = [
        Invitation.objects.create(address=address, organisation=firm, expires_at=until)
        for address in (fresh_address("new"), person.address)
    ]
    page.context.clear_cookies()
    hand.open(f"/invitation/link/#{rows[0].draw()}")
    hand.reads("Accept the invitation")
    yield "/invitation/, of an organisation"
    enter(person)
    hand.open(f"/invitation/link/#{rows[1].draw()}")
    hand.sees("Its managers can see your name")
    yield "/invitation/join/"
