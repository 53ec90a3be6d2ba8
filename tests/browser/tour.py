"""A walk past every page and state of the site, for checks and pictures of them.

Each part is a generator of names; a page stands in the window whenever a name is given.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from accounts.authentication.proofs import Proof, Strength
from accounts.models import EmailAddress, OneTimeLink, Role
from accounts.readiness.unused_methods import ASKED_KEY
from devices.models import Phone, Session
from devices.sessions.trust_cookies import cookie_name
from tests.browser.tour_app import pages_of_the_app
from tests.browser.tour_apps import linked_app
from tests.browser.tour_backup import pages_of_a_backup
from tests.browser.tour_cases import pages_of_a_case, pages_of_contacts
from tests.browser.tour_disputes import contested_phone, refusals, reported_change
from tests.browser.tour_managers import pages_of_managers
from tests.browser.tour_phones import lost_phone, suspended_phone
from tests.browser.tour_recovery import pages_of_recovery
from tests.browser.tour_work import (
    account_of_an_organisation,
    desk_of_organisations,
    work_on_a_phone,
)
from tests.journeys.hand import Hand, code_of_mail
from tests.live import LiveSite, fresh_address, fresh_number
from tests.live.sinks import body_of
from tests.people import (
    Person,
    enter,
    give_address,
    give_number,
    give_phone,
    make_person,
    protected,
    proved,
    the_passkey,
    the_session,
    trust,
)
from tests.phones import give_app
from tests.phrases import said

Names = Iterator[str]
MISSING = "00000000-0000-4000-8000-000000000000"


@dataclass
class Tour:
    """What every part of the walk needs."""

    site: LiveSite
    context: BrowserContext
    page: Page

    def leave(self) -> None:
        """Forget who was signed in."""
        self.context.clear_cookies()

    def enter(
        self,
        person: Person,
        proofs: Strength | list[Proof] = Strength.TWO_STEP,
        asked: list[str] | None = None,
    ) -> None:
        """Go on as this person, who has proved this much just now, and is asked for this step."""
        self.leave()
        client = enter(Client(), person, proofs)
        if asked:
            session = client.session
            session[ASKED_KEY] = asked
            session.save()
        name = settings.SESSION_COOKIE_NAME
        value = client.cookies[name].value
        self.context.add_cookies([{"name": name, "value": value, "url": self.site.url}])

    @property
    def hand(self) -> Hand:
        """Somebody at this page."""
        return Hand(self.page)

    def see(self, *paths: str) -> Names:
        """Visit addresses one after another; each is its own name."""
        for path in paths:
            self.page.goto(path)
            yield path

    def start(self, person: Person) -> Hand:
        """Type the password; the page of the second step is shown."""
        hand = self.hand
        hand.open("/sign-in/")
        hand.type_password(person)
        expect(self.page).not_to_have_url(f"{self.site.url}/sign-in/")
        return hand


def everything(name: str) -> Person:
    """Make somebody who has one of everything, with words that a page shows well."""
    person = protected(name)
    give_address(person)
    give_number(person)
    return person


def strangers(tour: Tour) -> Names:
    """Pages that need no sign-in, empty and with errors."""
    hand = tour.hand
    yield from tour.see("/sign-in/lost-your-phone/", "/language/")
    yield from tour.see("/sign-in/", "/sign-up/", "/password/reset/", "/password/reset/sent/")
    hand.open("/sign-in/")
    hand.type("E-mail address", fresh_address())
    hand.type("Password", "not the password at all")
    hand.press("Continue")
    hand.sees("Wrong e-mail address or password")
    yield "sign-in, wrong"
    hand.open("/sign-up/")
    hand.type("E-mail address", "pia@latchkey.example")
    hand.type("Password", "short")
    hand.press("Create the account")
    hand.sees("15")
    yield "sign-up, refused"
    address = fresh_address()
    hand.type("E-mail address", address)
    hand.type("Password", "wool lantern marble cliff")
    hand.press("Create the account")
    hand.reads("Confirm your address")
    yield "sign-up, confirm"
    tour.site.mail.wait_for(address)
    hand.type_code("000000", "Confirm the address")
    hand.sees("This code is wrong")
    yield "sign-up, wrong code"
    yield from tour.see(
        "/sign-in/mail/", "/password/reset/link/", "/password/reset/new/", "/set-up/link/"
    )


def resets(tour: Tour) -> Names:
    """A new password by a link, as mailed."""
    hand, person = tour.hand, make_person("reset")
    hand.open("/password/reset/")
    hand.type("E-mail address", person.address)
    hand.page.get_by_role("main").get_by_role("button").click()
    mail = tour.site.mail.wait_for(person.address)
    link = next(word for word in body_of(mail).split() if "/password/reset/" in word)
    hand.open(link)
    hand.reads("Choose a new password")
    yield "/password/reset/new/"
    hand.type("New password", "latchkey latchkey")
    hand.press("Save the password")
    hand.reads("Choose a new password")
    yield "reset, refused password"


def errors(tour: Tour) -> Names:
    """The error pages, each caused for real."""
    page = tour.page
    yield from tour.see("/nowhere/", "/sign-in/?next=%00")
    page.goto("/sign-in/")
    tour.leave()
    hand = tour.hand
    hand.type("E-mail address", fresh_address())
    hand.type("Password", "x")
    hand.press("Continue")
    hand.reads("This page has expired")
    yield "403, cross-site token"
    hand, address = tour.hand, fresh_address()
    hand.open("/sign-in/")
    for _each in range(settings.FAILURES_BEFORE_WAIT + 1):
        hand.type("E-mail address", address)
        hand.type("Password", "wrong")
        hand.press("Continue")
    hand.sees("Too many attempts")
    yield "429, with the time to wait"
    tour.enter(make_person("nobody"), Strength.PASSWORD)
    yield from tour.see("/admin/", f"/devices/{MISSING}/rename/")


def second_steps(tour: Tour) -> Names:
    """The second half of a sign-in, by every way."""
    person = everything("alice")
    hand = tour.start(person)
    yield "/sign-in/authenticator/"
    hand.type_code(person.wrong_code())
    hand.sees("This code is wrong")
    yield "authenticator, wrong"
    hand.type_code("12")
    hand.sees("The code has 6 digits. Check it and type it again.")
    yield "authenticator, no code"
    yield from tour.see("/sign-in/lost-your-phone/", "/sign-in/another-way/")
    yield from tour.see("/sign-in/recovery-code/")
    hand.type_code("K7QM")
    hand.sees("sixteen letters and digits")
    yield "recovery code, wrong"
    yield from tour.see("/sign-in/email/", "/sign-in/sms/")
    hand.press("Send the code")
    hand.reads("Enter the code from the text message")
    yield "/sign-in/sms/, sent"
    hand.open("/sign-in/another-way/")
    tour.page.get_by_role("button", name=said("E-mail a code")).first.click()
    hand.reads("Enter the code from your e-mail")
    yield "/sign-in/email/, sent"
    hand.type_code(code_of_mail(tour.site.mail.wait_for(person.address)))
    hand.reads("Where is your Pixel 8?")
    yield "/sign-in/where-is-your-phone/"
    yield from lost_phone(tour.page, person)


def expired(tour: Tour) -> Names:
    """A flow that took too long goes back to its start with a sentence."""
    person = protected("late")
    hand = tour.start(person)
    person.user.set_password("another password altogether")
    person.user.save()
    hand.type_code("123456")
    hand.reads("Sign in")
    hand.sees("That took too long")
    yield "/sign-in/, begin again"


def owners(tour: Tour) -> Names:
    """Everything inside, for somebody who has one of everything."""
    person = everything("olga")
    give_phone(person, "iPhone 12 (old)")
    yield from suspended_phone(tour.page, tour.enter, person)
    tour.enter(person)
    phone, second = person.phone.public_id, person.user.email_addresses.order_by("-pk")[0]
    yield from tour.see(
        "/security/",
        "/security/two-step/",
        "/security/two-step/off/",
        "/security/recovery-codes/",
        "/security/password/",
        "/security/contact/",
        f"/security/contact/{second.public_id}/remove/",
        "/security/contact/addresses/add/",
        "/security/contact/numbers/add/",
        "/security/activity/",
        "/security/fire-drill/",
        f"/security/fire-drill/?lost={phone}&lost=paper",
        f"/devices/{phone}/rename/",
        f"/devices/{phone}/unlink/",
        "/devices/link/",
    )
    yield from _drill(tour)
    yield from _contacts(tour)
    yield from _devices(tour, person)
    yield from _codes(tour)
    yield from _stale(tour, person)


def _drill(tour: Tour) -> Names:
    page, hand = tour.page, tour.hand
    hand.open("/security/fire-drill/")
    for box in page.get_by_role("checkbox").all():
        box.check()
    hand.press("Show how to get back in")
    hand.sees("You would be locked out")
    yield "/security/fire-drill/, locked out"


def _contacts(tour: Tour) -> Names:
    hand = tour.hand
    hand.open("/security/contact/numbers/add/")
    hand.type("Phone number", "12")
    hand.press("Send a code")
    expect(tour.page.locator("[aria-invalid=true]")).to_be_visible()
    yield "number, refused"
    hand.type("Phone number", fresh_number())
    hand.press("Send a code")
    hand.reads("Type the code we sent")
    yield "number, confirm"
    yield from tour.see("/security/contact/")
    hand.open("/security/password/")
    hand.type("Current password", "wrong")
    hand.type("New password", "short")
    hand.press("Change the password")
    hand.sees("This is not your password")
    yield "password, refused"


def _devices(tour: Tour, person: Person) -> Names:
    page = tour.page
    tour.enter(person)
    tour.enter(person)  # a second browser, and from now on this one
    page.goto("/devices/")
    page.locator("summary").first.click()
    yield "/devices/, with an open menu"
    page.goto("/devices/")
    yield "/devices/"
    page.get_by_role("link", name=said("Sign out everywhere else")).click()
    expect(page).to_have_url(re.compile("/end-others/$"))
    yield "/devices/browsers/end-others/"
    page.goto("/devices/")
    page.locator("article").get_by_role("link", name=said("Sign out")).first.click()
    expect(page).to_have_url(re.compile("/end/$"))
    yield "/devices/browsers/…/end/"
    page.goto("/devices/")
    page.locator("#browsers").get_by_role("link", name=said("Rename")).first.click()
    expect(page).to_have_url(re.compile("/rename/$"))
    yield "/devices/browsers/…/rename/"
    yield from _trusted(tour, person)


def _trusted(tour: Tour, person: Person) -> Names:
    page, home = tour.page, Client()
    for name in ("Laptop at home", "Tablet"):
        trust(home, person, name=name, address="192.0.2.7")
    cookie = cookie_name(person.user)
    value = home.cookies[cookie].value
    tour.context.add_cookies([{"name": cookie, "value": value, "url": tour.site.url}])
    place, name = "Utrecht, Netherlands", "Firefox on Linux"
    Session.objects.of(person.user).update(place=place, address="192.0.2.7", name=name)
    page.goto("/devices/")
    yield "/devices/, with places and trusted browsers"
    page.get_by_role("link", name=said("Stop trusting all")).click()
    expect(page).to_have_url(re.compile("/end-all/$"))
    yield "/devices/trusted/end-all/"
    page.goto("/devices/")
    page.locator("#trusted").get_by_role("link", name=said("Stop trusting")).nth(1).click()
    expect(page).to_have_url(re.compile("/end/$"))
    yield "/devices/trusted/…/end/"
    page.goto("/devices/")
    page.locator("#trusted").get_by_role("link", name=said("Rename")).first.click()
    expect(page).to_have_url(re.compile("/rename/$"))
    yield "/devices/trusted/…/rename/"


def _codes(tour: Tour) -> Names:
    hand = tour.hand
    hand.open("/security/recovery-codes/")
    hand.press("Make new recovery codes")
    hand.reads("Save your recovery codes")
    yield "/security/recovery-codes/, sheet"
    hand.type_code("K7QM", "Done")
    hand.sees("sixteen letters and digits")
    yield "recovery codes, wrong one typed back"


def _stale(tour: Tour, person: Person) -> Names:
    """The step-up, for a session whose proof is older than ten minutes."""
    old = settings.STEP_UP_AGE.total_seconds() + 60
    proofs = [
        Proof(proof.method, proof.strength, proof.at - old, proof.factor)
        for proof in proved(person, Strength.TWO_STEP)
    ]
    tour.enter(person, proofs)
    query = "?next=/security/password/&for=recovered"
    yield from tour.see("/security/two-step/off/", f"/confirm/another-way/{query}")
    hand = tour.hand
    hand.open("/security/recovery-codes/")
    hand.press("Make new recovery codes")
    hand.reads("Confirm it’s you")
    yield "/confirm/authenticator/, a button waits"
    person.phone.authenticators.update(last_step=0)  # the walk may have spent all of this moment
    hand.type_code(person.fresh_code(), "Confirm")
    hand.reads("Confirmed")
    yield "/confirm/once-more/"


def disputes(tour: Tour) -> Names:
    """What is reported, contested, held or refused."""
    yield from contested_phone(tour.page, protected("dora"))
    yield from reported_change(tour.site, tour.page, tour.enter, protected("rosa"))
    yield from refusals(tour.page, tour.enter)


def cases(tour: Tour) -> Names:
    """A person with no method left, and everybody around them."""
    yield from pages_of_a_case(tour.site, tour.page, tour.enter)
    yield from pages_of_contacts(tour.page, tour.enter)


def choices(tour: Tour) -> Names:
    """Steps that are declined, that cannot be, and one that was never used."""
    person, hand = everything("nina"), tour.hand
    tour.enter(person)
    hand.open("/security/two-step/")
    hand.press("Never use text messages for me")
    hand.sees("You turned off codes by text message.")
    yield "/security/two-step/, declined"
    person.user.recovery_code_sets.all().delete()
    hand.open("/security/two-step/")
    hand.sees("You can’t turn this off yet")
    yield "/security/two-step/, not to be declined"
    unused = everything("nora")
    linked = timezone.now() - settings.UNUSED_STEP_AGE
    Phone.objects.filter(user=unused.user).update(linked_at=linked)
    proofs = proved(unused, Strength.TWO_STEP)
    for slug, target in (
        ("authenticator", unused.phone.public_id),
        ("sms", unused.user.phone_numbers.get().public_id),
    ):
        tour.enter(unused, proofs, asked=[slug, str(target)])
        hand.open("/security/")
        hand.sees("Not now")
        yield f"/security/, {slug} never used"


def beginners(tour: Tour) -> Names:
    """Everything inside, for somebody who has only a password."""
    person = make_person("carol")
    EmailAddress.objects.create(user=person.user, address=fresh_address("unconfirmed"))
    tour.enter(person, Strength.PASSWORD)
    yield from (
        f"{name}, empty"
        for name in tour.see(
            "/security/",
            "/security/two-step/",
            "/security/recovery-codes/",
            "/devices/",
            "/security/contact/",
            "/security/fire-drill/",
            "/security/activity/",
        )
    )
    old = settings.STEP_UP_AGE.total_seconds() + 60
    password = proved(person, Strength.PASSWORD)[0]
    tour.enter(person, [Proof(password.method, password.strength, password.at - old)])
    yield from tour.see("/confirm/?next=/security/")
    yield from tour.see("/confirm/?next=/devices/link/&for=mailbox")
    token = OneTimeLink.make(person.user, "set-up", settings.SET_UP_LINK_AGE).draw()
    tour.page.goto(f"/set-up/link/#{token}")
    tour.hand.reads("Set up your second step")
    yield "/set-up/"


def staff(tour: Tour) -> Names:
    """The staff site: the list, an account that has everything, its log, and an act."""
    person, root = everything("anna"), protected("root", role=Role.ADMINISTRATOR)
    tour.enter(person)
    tour.page.goto("/devices/")
    held: list[dict[str, Any]] = [
        {"phone": person.phone, "accounts": 34},
        {"status": "unlinked"},
    ]
    for fields in held:
        give_app(person, Client(), **fields)
    tour.enter(root)
    account = f"/admin/accounts/{person.user.public_id}/"
    yield from tour.see(
        "/admin/accounts/",
        "/admin/accounts/?q=nobody-has-this-address",
        account,
        f"{account}activity/",
        f"{account}notes/",
        f"{account}lock/",
        f"{account}end-sessions/",
        f"{account}sessions/{the_session(person).public_id}/end/",
        f"{account}passkeys/{the_passkey(person).public_id}/remove/",
        f"{account}discard-codes/",
        f"{account}require-password/",
        f"{account}send-reset/",
        f"{account}open-case/",
        f"{account}name/",
        "/admin/log/",
        "/admin/log/?what=staff:looked&days=7",
    )
    hand = tour.hand
    yield from _several(tour, person)
    person.user.passkeys.all().delete()  # the phone is then the last, and takes a colleague
    hand.open(f"{account}phones/{person.phone.public_id}/unlink/")
    hand.type("Reason", "lost")
    tour.page.locator("button.danger").click()
    hand.sees("Say a little more")
    yield "/admin/, reason refused"
    hand.acts_because("Called us: the phone is lost.")
    tour.page.locator("button.danger").click()
    hand.sees("A colleague has to agree")
    yield "/admin/, a colleague has to agree"


def _several(tour: Tour, person: Person) -> Names:
    """Tick accounts of the list, and change them."""
    hand = tour.hand
    hand.open(f"/admin/accounts/?q={person.address}")
    tour.page.get_by_role("checkbox").check()
    hand.press("Continue")
    hand.reads("Sign these people out everywhere")
    yield "/admin/accounts/bulk/"
    hand.type("How many accounts are these?", "2")
    hand.acts_because("They lost a laptop that all of them used.")
    hand.press("Sign these people out everywhere")
    hand.sees("It’s another number.")
    yield "/admin/accounts/bulk/, another number"
    hand.type("How many accounts are these?", "1")
    hand.press("Sign these people out everywhere")
    hand.reads("Accounts")
    yield "/admin/accounts/, changed"


def apps(tour: Tour) -> Names:
    """The app on a phone, linked to the account."""
    yield from linked_app(tour.page, tour.enter, everything("liam"))


def organisations(tour: Tour) -> Names:
    """Accounts with organisations, in the portal."""
    yield from desk_of_organisations(tour.page, tour.enter)
    yield from account_of_an_organisation(tour.page, tour.enter)


def managers(tour: Tour) -> Names:
    """Managers of an organisation, and who becomes one."""
    yield from pages_of_managers(tour.page, tour.enter)


def work(tour: Tour) -> Names:
    """Accounts with organisations, in the app."""
    yield from work_on_a_phone(tour.page, tour.site, protected("wout"))


def app(tour: Tour) -> Names:
    """The authenticator app."""
    yield from pages_of_the_app(tour.page)


def backups(tour: Tour) -> Names:
    """The authenticator app of somebody who has a backup."""
    yield from pages_of_a_backup(tour.page, protected("bea"))


def recovery(tour: Tour) -> Names:
    """Recovery in the app."""
    people = protected("nora"), protected("olaf")
    yield from pages_of_recovery(tour.site, tour.page, *people)


PARTS: list[Callable[[Tour], Names]] = [
    strangers,
    resets,
    errors,
    second_steps,
    expired,
    owners,
    disputes,
    cases,
    choices,
    beginners,
    staff,
    apps,
    organisations,
    managers,
    work,
    app,
    backups,
    recovery,
]
