"""J5: in with a code from the sheet."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, expect

from tests.journeys.hand import Hand, check_letter
from tests.live import LiveSite
from tests.people import Person

Contexts = Callable[..., BrowserContext]


def misread(code: str) -> str:
    """Spell a code as somebody does who reads it from a crumpled sheet."""
    slips = {"0": "o", "1": "l"}
    letters = "".join(slips.get(letter, letter.lower()) for letter in code if letter != "-")
    return f"  {letters[:5]} {letters[5:9]}—{letters[9:]} "


def begin(new_browser: Contexts, person: Person) -> Hand:
    hand = Hand(new_browser().new_page())
    hand.open("/sign-in/")
    hand.type_password(person)
    hand.press("Sign in another way")
    hand.press("Recovery code")
    hand.reads("Enter a recovery code")
    return hand


def test_any_spelling_opens_once_and_a_new_set_is_offered(
    live: LiveSite, new_browser: Contexts, bob: Person
) -> None:
    hand = begin(new_browser, bob)
    code = next((code for code in bob.codes if "0" in code or "1" in code), bob.codes[0])
    hand.type_code(code[:-1] + ("A" if code[-1] != "A" else "B"))
    hand.sees("This code isn’t on any of your sheets.")
    hand.type_code(misread(code))
    hand.reads("Where is your Pixel 8?")
    hand.press("I left it somewhere safe")
    hand.sees("9 left")
    check_letter(live.mail.wait_for(bob.address, subject="a sign-in without your phone"))
    other = begin(new_browser, bob)
    other.type_code(code)
    other.sees("This code is wrong, already used or too old.")
    makes_a_new_set(hand, bob)
    other.type_code(bob.codes[-1])
    other.reads("Where is your Pixel 8?|Sign in")


def makes_a_new_set(hand: Hand, bob: Person) -> None:
    """The new set counts at once, and the older one until the hold is over."""
    hand.press("Recovery codes")
    hand.sees("9 of 10 codes left")
    hand.press("Make new recovery codes")
    hand.reads("Save your recovery codes")
    hand.sees("so your older codes keep working too")
    fresh = hand.page.locator("[data-recovery-code]").all_inner_texts()
    assert not set(fresh) & set(bob.codes)
    hand.type_code(fresh[0], "Done")
    hand.sees("Good. Your recovery codes are saved.")


@pytest.mark.screen
@pytest.mark.parametrize("left", [3, 1])
def test_when_few_are_left_the_overview_says_so(
    new_browser: Contexts, bob: Person, left: int
) -> None:
    codes = bob.user.recovery_code_sets.get().codes.order_by("pk")
    spare = [row.pk for row in codes[: 10 - left - 1]]
    codes.filter(pk__in=spare).update(used_at=timezone.now())
    hand = begin(new_browser, bob)
    hand.type_code(bob.codes[-1])
    hand.press("I left it somewhere safe")
    if left == 1:
        hand.sees("1 left")
    expect(hand.find("Make codes")).to_be_visible()
    hand.sees("Only a few are left.")
