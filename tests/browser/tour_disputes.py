"""The walk past reported changes, contested phones and refusals; see tests/browser/tour.py."""

from collections.abc import Callable, Iterator

from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page

from accounts.activity.origin import HOST, Origin
from accounts.authentication.proofs import Strength
from accounts.models import EmailAddress, Role, User
from core.web.http import RequestOrigin
from devices.models import Authenticator
from devices.phones import linked_phones, suspension
from tests.journeys.hand import App, Hand
from tests.live import LiveSite
from tests.live.sinks import body_of
from tests.people import Person, make_person, protected

Names = Iterator[str]
Enter = Callable[..., None]


def contested_phone(page: Page, person: Person) -> Names:
    """A phone called lost by somebody is taken back by somebody, and nothing can be changed."""
    until = timezone.now() + settings.RECOVERY_HOLD
    linked_phones.unlink(phone=person.phone, origin=HOST, lost=True, kept_until=until)
    rows = Authenticator.objects.filter(user=person.user)
    rows.update(last_step=0)
    app, hand = App(rows.get().secret), Hand(page)
    hand.open("/sign-in/")
    hand.type_password(person)
    hand.sees("Pixel 8 was reported lost.")
    yield "/sign-in/…/, a phone was reported lost"
    hand.press("I have it: take it back")
    hand.reads("Take your phone back")
    yield "/sign-in/take-back/"
    hand.type_code("000000", "Take it back and sign in")
    hand.sees("This code is wrong")
    yield "/sign-in/take-back/, wrong code"
    hand.type_code(app.code(), "Take it back and sign in")
    hand.reads("Your account is in dispute")
    yield "/devices/dispute/"
    for path in ("/security/", "/devices/"):
        hand.open(path)
        hand.sees("Your account is in dispute.")
        yield f"{path}, in dispute"
    hand.open("/devices/link/")
    hand.type("Name of the phone", "Pixel 9")
    hand.press("Show the QR code")
    hand.reads("Not while your account is in dispute")
    yield "409, in dispute"


def reported_change(site: LiveSite, page: Page, enter: Enter, person: Person) -> Names:
    """A phone linked after a sign-in without one: asked about, and reported by its notice."""
    hand = Hand(page)
    enter(person, Strength.RECOVERED)
    hand.open("/devices/link/")
    hand.links_phone("Pixel 9")
    hand.sees("Pixel 9 is linked.")
    enter(person)
    hand.open("/security/added/")
    hand.reads("Keep it or remove it?")
    yield "/security/added/"
    mail = site.mail.wait_for(person.address, subject="linked")
    link = next(word for word in body_of(mail).split() if "/report/" in word)
    page.context.clear_cookies()
    hand.open(link)
    hand.reads("Wasn’t you?")
    yield "/report/…/"
    hand.press("Undo it and sign out everywhere")
    hand.reads("We stopped it")
    yield "/report/…/, done"
    hand.open("/")  # from a mail a link opens in a tab of its own
    hand.open(link)
    hand.reads("This link no longer works")
    yield "/report/…/, refused"
    User.objects.filter(pk=person.user.pk).update(frozen_at=timezone.now())
    enter(person, Strength.RECOVERED)
    hand.open("/security/recovery-codes/")
    hand.press("Make new recovery codes")
    hand.reads("You can’t add anything right now")
    yield "403, nothing can be added"


def refusals(page: Page, enter: Enter) -> Names:
    """What an account cannot do yet, or not at all."""
    hand, person = Hand(page), protected("otto")
    phone = person.phone
    suspension.suspend(phone=phone, origin=Origin(RequestOrigin("192.0.2.7", "")))
    enter(person, Strength.RECOVERED)
    hand.open(f"/devices/{phone.public_id}/take-back/")
    hand.reads("You can’t take Pixel 8 back now")
    yield "/devices/…/take-back/, refused"
    enter(protected("stefan", role=Role.RECOVERY_OFFICER))
    hand.open("/security/two-step/off/")
    hand.reads("Staff keep two-step verification on")
    yield "/security/two-step/off/, of staff"
    unconfirmed = make_person("uma")
    EmailAddress.objects.filter(user=unconfirmed.user).update(verified_at=None)
    enter(unconfirmed, Strength.PASSWORD)
    hand.open("/confirm/?next=/devices/link/&for=mailbox")
    hand.reads("Confirm an e-mail address first")
    yield "/confirm/, no mailbox"
    page.context.clear_cookies()
    hand.open("/invitation/")
    hand.reads("This link does not work")
    yield "/invitation/, refused"
