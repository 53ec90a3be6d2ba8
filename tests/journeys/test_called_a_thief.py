"""J4, turned around: a thief with password and mailbox calls the owner's phone lost."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext

from devices.models import Authenticator
from tests.journeys.hand import App, Hand, check_letter
from tests.journeys.test_j4_phone_gone import in_by_mail
from tests.live import LiveSite
from tests.live.sinks import body_of
from tests.people import Person

Contexts = Callable[..., BrowserContext]
NEW = "copper violet anchor meadow"


def link_in(live: LiveSite, person: Person, subject: str, path: str) -> str:
    """Read the mail of this subject, and return the address in it under this path."""
    mail = live.mail.wait_for(person.address, subject=subject)
    check_letter(mail)
    return next(word for word in body_of(mail).split() if word.startswith(live.url + path))


def some_minutes_later(person: Person) -> App:
    """Let the codes that the phone showed at the report be over; hold the phone."""
    rows = Authenticator.objects.filter(user=person.user)
    rows.update(last_step=0)
    return App(rows.get().secret)


def test_an_owner_who_was_called_a_thief_gets_back_in(
    live: LiveSite, new_browser: Contexts, alice: Person
) -> None:
    thief = in_by_mail(live, new_browser(), alice)
    thief.press("It is lost or stolen")
    thief.press("Unlink this phone")
    thief.reads("The phone is unlinked")
    owner, phone = Hand(new_browser().new_page()), some_minutes_later(alice)
    takes_it_back(live, owner, alice, phone)
    thief.press("Overview")
    thief.reads("Sign in")
    gets_in_and_changes_nothing(new_browser(), alice)
    sets_a_new_password(live, owner, alice)
    owner.sign_in(alice, phone)
    owner.reads("Where is your Pixel 8?|Your account")
    owner.open("/security/")
    owner.sees("Your account is in dispute.")
    knows_the_password_no_more(new_browser(), alice)
    assert [row.name for row in alice.user.phones.linked()] == ["Pixel 8"]
    assert [row.address for row in alice.user.email_addresses.verified()]
    for address in alice.user.email_addresses.verified():
        live.mail.wait_for(address.address, subject="your account is in dispute")


def takes_it_back(live: LiveSite, owner: Hand, alice: Person, phone: App) -> None:
    """Do what the mail says, to the letter."""
    owner.open(link_in(live, alice, "a phone was unlinked", "/sign-in/"))
    owner.type_password(alice)
    owner.sees("Pixel 8 was reported lost.")
    owner.press("I have it: take it back")
    owner.reads("Take your phone back")
    owner.sees("puts your account in dispute")
    owner.type_code(phone.code(), "Take it back and sign in")
    owner.reads("Your account is in dispute")
    owner.sees("if nobody decides sooner, the phone is fully active again from:")


def gets_in_and_changes_nothing(context: BrowserContext, alice: Person) -> None:
    """The thief still knows the password, and has found a recovery code as well."""
    thief = Hand(context.new_page())
    thief.open("/sign-in/")
    thief.type_password(alice)
    thief.sees("Your account is in dispute.")
    thief.press("Sign in another way")
    thief.press("Recovery code")
    thief.type_code(alice.codes[0])
    thief.reads("Where is your Pixel 8?")
    thief.press("It is lost or stolen")
    thief.press("Unlink this phone")
    thief.reads("Not while your account is in dispute")
    thief.open("/devices/link/")
    thief.type("Name of the phone", "Mine")
    thief.press("Show the QR code")
    thief.reads("Not while your account is in dispute")


def sets_a_new_password(live: LiveSite, owner: Hand, alice: Person) -> None:
    owner.open(link_in(live, alice, "your account is in dispute", "/password/reset/"))
    owner.type("E-mail address", alice.address)
    owner.press("Send the link")
    owner.open(link_in(live, alice, "password", "/password/reset/"))
    owner.type("New password", NEW)
    owner.press("Save the password")
    owner.reads("Sign in")
    alice.password = NEW


def knows_the_password_no_more(context: BrowserContext, alice: Person) -> None:
    thief = Hand(context.new_page())
    thief.open("/sign-in/")
    thief.type("E-mail address", alice.address)
    thief.type("Password", "correct horse battery staple")
    thief.press("Continue")
    thief.reads("Sign in")
