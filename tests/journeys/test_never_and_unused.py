"""Second-step hygiene: what one never wants, and what one set up and never used."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.db.models import F
from playwright.sync_api import BrowserContext

from accounts.models import User
from devices.models import Authenticator, Phone
from tests.journeys.hand import App, Hand, check_letter
from tests.live import LiveSite
from tests.people import Person

pytestmark = pytest.mark.screen
Contexts = Callable[..., BrowserContext]


def look_at_the_ways(hand: Hand, person: Person) -> None:
    """Type the password and open the picker."""
    hand.open("/sign-in/")
    hand.type_password(person)
    hand.press("Sign in another way")
    hand.reads("Sign in another way")


def a_month_passes(phone: Phone, person: Person) -> None:
    """Put what was set up into the past."""
    age = settings.UNUSED_STEP_AGE + timedelta(minutes=1)
    rows = Authenticator.objects.filter(phone=phone)
    rows.update(last_used_at=F("last_used_at") - age)
    Phone.objects.filter(pk=phone.pk).update(linked_at=F("linked_at") - age)
    User.objects.filter(pk=person.user.pk).update(asks_from=F("asks_from") - age)


def test_never_by_e_mail_is_never_by_e_mail_until_it_is_taken_back(
    live: LiveSite, new_browser: Contexts, alice: Person
) -> None:
    app, hand = App.of(alice), Hand(new_browser().new_page())
    hand.sign_in(alice, app, "/sign-in/?next=/security/two-step/")
    hand.press("Never use e-mail for me")
    hand.sees("You turned off codes by e-mail.")
    for address in alice.user.email_addresses.verified():
        mail = live.mail.wait_for(address.address, subject="a sign-in method was turned off")
        check_letter(mail)
    hand.signs_out()
    look_at_the_ways(hand, alice)
    hand.sees("Text a code")
    hand.sees_not("E-mail a code")
    stranger = Hand(new_browser().new_page())
    look_at_the_ways(stranger, alice)
    stranger.sees_not("E-mail a code")
    stranger.open("/sign-in/email/")
    stranger.sees("This method isn’t available right now.")
    hand.sign_in(alice, app, "/sign-in/?next=/security/two-step/")
    hand.press("Use e-mail again")
    hand.sees("You can use this method again when you sign in.")
    hand.signs_out()
    look_at_the_ways(hand, alice)
    hand.sees("E-mail a code")


def test_a_phone_that_was_never_used_is_asked_for_once_and_tried(
    new_browser: Contexts, bob: Person
) -> None:
    app, hand = App.of(bob), Hand(new_browser().new_page())
    hand.sign_in(bob, app, "/sign-in/?next=/devices/link/")
    hand.reads("Set up a phone")
    spare = hand.links_phone("Spare phone")
    hand.sees("Spare phone is linked.")
    a_month_passes(bob.user.phones.get(name="Spare phone"), bob)
    hand.signs_out()
    hand.sign_in(bob, app)
    hand.sees("Does the app on your Spare phone still work?")
    hand.press("Try it now")
    hand.reads("Confirm it’s you")
    hand.sees("Enter the code from your authenticator app")
    hand.type_code(spare.code(), "Confirm")
    hand.sees("Good. Spare phone works.")
    hand.sees_not("Does the app on your Spare phone still work?")
    hand.signs_out()
    hand.sign_in(bob, app)
    hand.reads("Your account is well protected")
    hand.sees_not("Does the app on your Spare phone still work?")
