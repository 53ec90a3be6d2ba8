"""The walk past accounts with organisations, of staff and of people; see tests/browser/tour.py."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts import organisation_policy
from accounts.authentication.proofs import Strength
from accounts.models import Enrolment, Invitation, Organisation, Role
from tests.browser.backup_phones import link_app
from tests.journeys.hand import Hand
from tests.live import LiveSite, fresh_address
from tests.people import Person, make_person, protected
from tests.phones import give_app
from tests.phrases import Same, said
from tests.work import give_enrolment, make_organisation

Names = Iterator[str]
Enter = Callable[..., None]


def desk_of_organisations(page: Page, enter: Enter) -> Names:
    """What staff see: the lists, an organisation, an account, the acts."""
    hand, firm = Hand(page), strict_organisation()
    person, root = protected("wim"), protected("root", role=Role.ADMINISTRATOR)
    asks = give_enrolment(person, firm, state="asked")
    give_enrolment(person, state="enrolled")
    enter(root)
    account = f"/admin/accounts/{person.user.public_id}/"
    for path in (
        "/admin/requests/",
        "/admin/organisations/",
        f"/admin/organisations/{firm.public_id}/",
        f"/admin/organisations/{firm.public_id}/edit/",
        f"{account}enrolments/{asks.public_id}/approve/",
        f"{account}enrolments/{asks.public_id}/end/",
    ):
        hand.open(path)
        yield path
    hand.open("/admin/organisations/add/")
    hand.type("Name", firm.name)
    hand.press("Save")
    hand.sees("An organisation with this name already exists.")
    yield "/admin/organisations/add/, refused"
    make_organisation()
    hand.open(f"{account}enrol/")
    yield f"{account}enrol/"
    hand.open(account)
    yield f"{account}, with accounts of organisations"
    yield from _invitations(page, hand, root)


def strict_organisation(days: int = 0) -> Organisation:
    """Make one that asks for all it can, two-step verification in so many days."""
    firm = make_organisation()
    firm.two_step_from = timezone.localdate() + timedelta(days=days)
    firm.barred_steps, firm.session_hours = ["email", "sms"], 8
    firm.save()
    return firm


def _invitations(page: Page, hand: Hand, root: Person) -> Names:
    """Inviting somebody, and what the link of the mail opens."""
    row = Invitation.objects.create(
        address=fresh_address("invited"),
        name="Wouter",
        invited_by=root.user,
        expires_at=timezone.now() + settings.INVITATION_AGE,
    )
    for path in ("/admin/invitations/", "/admin/invitations/add/"):
        hand.open(path)
        yield path
    page.context.clear_cookies()
    hand.open(f"/invitation/link/#{row.draw()}")
    hand.reads("Accept the invitation")
    hand.sees(Same(row.address))
    yield "/invitation/"


def account_of_an_organisation(page: Page, enter: Enter) -> Names:
    """What its person sees, from asking to the code."""
    hand, person = Hand(page), protected("wilma")
    account = give_enrolment(person)
    enter(person)
    path = f"/devices/work/{account.public_id}/"
    hand.open(path)
    hand.reads(Same(account.organisation.name))
    yield f"{path}, without the app"
    hand.open("/security/")
    yield "/security/, with an account of an organisation"
    give_app(person, Client(), phone=person.phone)
    hand.open(path)
    yield f"{path}, approved"
    hand.press("Show the code")
    hand.reads("Scan this with the app")
    yield f"{path}, code"
    yield from _states(hand, person, account)
    yield from _rules(hand, enter)


def _rules(hand: Hand, enter: Enter) -> Names:
    """What the people of a strict organisation see: with two-step verification, and without."""
    person, newcomer = protected("wanda"), make_person("willem")
    organisation_policy.join(person.user, strict_organisation())
    enter(person)
    for path in ("/security/two-step/", "/security/two-step/off/", "/security/contact/"):
        hand.open(path)
        yield f"{path}, of a strict organisation"
    organisation_policy.join(newcomer.user, strict_organisation(days=5))
    enter(newcomer, Strength.PASSWORD)
    hand.open("/security/")
    yield "/security/, before two-step verification is required"
    organisation_policy.join(newcomer.user, strict_organisation())
    hand.open("/security/")
    hand.reads("Two-step verification")
    yield "/security/two-step/, required and off"


def _states(hand: Hand, person: Person, account: Enrolment) -> Names:
    for state in ("approved", "action_required", "asked", "enrolled"):
        Enrolment.objects.filter(pk=account.pk).update(state=state)
        hand.open("/devices/")
        yield f"/devices/, work account {state}"
        if state != "approved":
            hand.open(f"/devices/work/{account.public_id}/")
            yield f"/devices/work/, {state}"


def work_on_a_phone(page: Page, site: LiveSite, person: Person) -> Names:
    """The app's list and page, with an account in every state."""
    states = ("action_required", "asked", "approved", "enrolled")
    accounts = [give_enrolment(person, state=state) for state in states]
    # A start asks for them; the one of before may have looked before the phone was linked.
    phone = link_app(page, site, person, phone=person.phone).open()
    expect(phone.row(accounts[2].organisation.name)).to_contain_text(said("Ready: make a code"))
    yield "the app, codes, accounts of organisations"
    phone.open("work")
    phone.says(Same("Ask the help desk"))  # as its organisation wrote it
    yield "the app, work and school"
    phone.type("Or type the code beside it", "K7QM")
    phone.press("Set it up")
    phone.says("The code has 28 letters and digits")
    yield "the app, work and school, no code"
    phone.type("Or type the code beside it", "0" * 28)
    phone.press("Set it up")
    phone.says("This code isn’t valid")
    yield "the app, work and school, refused"
