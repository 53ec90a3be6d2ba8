"""The fire drill, and the same sentences where things are kept and removed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.authentication.proofs import Strength
from accounts.models import RecoveryCode
from accounts.readiness import assessment
from devices.models import Authenticator
from tests.accounts.helpers import mailbox, recover, seen, verdict
from tests.people import (
    Person,
    enter,
    give_address,
    give_number,
    give_passkey,
    give_phone,
    lose,
    make_person,
    protected,
)

DRILL = "/security/fire-drill/"


def drill(client: Client, person: Person, *lost: object) -> str:
    """The words of the page after these were chosen, by their public ids or as "paper"."""
    enter(client, person, Strength.RECOVERED if person.user.has_two_step else Strength.PASSWORD)
    return seen(client.get(DRILL, {"lost": [str(getattr(it, "public_id", it)) for it in lost]}))


def use_up_codes(person: Person) -> None:
    RecoveryCode.objects.filter(code_set__user=person.user).update(used_at=timezone.now())


def bar_mailbox(person: Person) -> None:
    person.user.reset_mailbox = mailbox(person)
    person.user.save()


# --- The page -------------------------------------------------------------------------------------


def test_it_lists_what_can_be_lost_masked_and_shows_no_way_before_one_is_chosen(
    client: Client, alice: Person
) -> None:
    words = drill(client, alice)
    for thing in (
        "Pixel 8",
        "a••••@",
        "most likely lost with your phone",
        "Sheet of recovery codes",
    ):
        assert thing in words
    assert alice.address not in words.replace(f"{alice.address} Sign out", "")
    assert "Your way back in" not in words


def test_a_lost_phone_leads_step_by_step_to_a_whole_account(client: Client, alice: Person) -> None:
    words = drill(client, alice, alice.phone)
    steps = (
        "Type your address and password",
        "Choose “Sign in another way”, and take one of these",
        "You’re signed in",
        "Unlink the lost phone",
        "Set up your new phone",
        "Make new recovery codes",
    )
    places = [words.index(step) for step in steps]
    assert places == sorted(places)
    assert "E-mail a code" in words[places[1] : places[2]]
    assert "Text a code" not in words
    assert "A new SIM card with the same number" in words


def test_it_says_how_long_what_is_linked_waits_by_the_settings(
    client: Client, bob: Person, settings: Any
) -> None:
    settings.RECOVERY_HOLD = timedelta(hours=50)
    settings.RECOVERY_HOLD_SAVED_CODE = timedelta(hours=7)
    words = drill(client, bob, bob.phone)
    assert "is fully active after 50 hours, or after 7 hours if you used a recovery code." in words
    words = drill(client, bob, bob.phone, "paper")
    assert "is fully active after 50 hours." in words
    settings.RECOVERY_HOLD = settings.RECOVERY_HOLD_SAVED_CODE = timedelta(0)
    assert "is fully active at once." in drill(client, bob, bob.phone)


def test_with_another_phone_nothing_waits(client: Client, bob: Person) -> None:
    second = give_phone(bob, "Work phone").phone
    words = drill(client, bob, bob.phone)
    assert "With your Work phone, you can do everything right away." in words
    assert "On the Devices page, choose “I lost this phone”." in words
    words = drill(client, bob, bob.phone, second)
    assert "you can do everything right away" not in words
    assert "answer that it is lost" in words


def test_a_held_factor_is_said_to_count_later(client: Client, bob: Person) -> None:
    give_passkey(bob)
    until = timezone.now() + timedelta(days=2)
    Authenticator.objects.filter(phone=bob.phone).update(trusted_from=until)
    assert "Pixel 8 is fully active from" in drill(client, bob, bob.user.passkeys.get())


def test_when_nothing_remains_it_says_so_and_what_to_add(client: Client, alice: Person) -> None:
    use_up_codes(alice)
    words = drill(client, alice, alice.phone, *alice.user.email_addresses.all())
    assert "You would be locked out" in words
    assert "Text messages to" in words
    for suggestion in ("Make recovery codes", "Add a passkey"):
        assert suggestion in words
    assert "Your way back in" not in words


def test_a_number_that_was_chosen_itself_is_not_said_to_be_in_a_phone(
    client: Client, alice: Person
) -> None:
    number = alice.user.phone_numbers.get()
    words = drill(client, alice, alice.phone, number)
    assert "Remove the number" in words
    assert "A new SIM card" not in words
    words = drill(client, alice, alice.phone)
    assert "Remove the number" not in words
    assert "A new SIM card" in words


def test_without_two_step_the_password_is_all_it_takes(client: Client, carol: Person) -> None:
    words = drill(client, carol, mailbox(carol))
    assert "That’s all it takes: two-step verification is off" in words
    assert "locked out" not in words


def test_things_of_strangers_and_nonsense_are_not_there(
    client: Client, alice: Person, bob: Person
) -> None:
    for odd in (alice.phone, "nonsense", "", "paper" * 500, "\x00"):
        words = drill(client, bob, odd)
        assert "Your way back in" not in words
        assert "locked out" not in words


def test_the_drill_changes_nothing_and_sends_nothing(client: Client, alice: Person) -> None:
    drill(client, alice, alice.phone, "paper")
    assert alice.kinds() == []
    assert mail.outbox == []
    assert client.post(DRILL).status_code == 405
    assert alice.phone.is_linked


def test_what_the_drill_promises_after_a_lost_phone_is_what_happens(
    client: Client, alice: Person
) -> None:
    drill(client, alice, alice.phone)
    client.post("/sign-out/")
    landed = recover(client, alice)["Location"]
    assert "where-is-your-phone" in landed
    for open_page in ("/devices/link/", "/devices/lost/"):
        assert client.get(open_page).status_code == 200
    assert client.post("/security/recovery-codes/new/")["Location"] == "/security/recovery-codes/"
    for waits in ("/security/two-step/off/", "/security/contact/addresses/add/"):
        assert client.get(waits)["Location"].startswith("/confirm/")


@pytest.mark.parametrize("many", [1, 6])
def test_it_takes_few_statements_however_much_there_is(
    client: Client, alice: Person, django_assert_max_num_queries: Callable[[int], Any], many: int
) -> None:
    for number in range(many):
        give_phone(alice, f"Phone {number}")
        give_passkey(alice, f"Key {number}")
        give_address(alice)
        give_number(alice)
    enter(client, alice, Strength.TWO_STEP)
    with django_assert_max_num_queries(8):
        assert "Your way back in" in seen(client.get(f"{DRILL}?lost=paper"))


# --- The verdict and its picture ------------------------------------------------------------------


def test_text_messages_on_the_same_phone_are_no_second_way(rows: None) -> None:
    max_ = protected("max")
    use_up_codes(max_)
    bar_mailbox(max_)
    assert verdict(max_).startswith("loss: One lost phone would lock you out Everything depends")
    give_number(max_)
    assert "most likely arrive on the same phone" in verdict(max_)
    give_phone(max_, "Work phone")
    assert verdict(max_).startswith("ok: ")


def test_an_account_that_hangs_on_one_mailbox_is_warned(rows: None) -> None:
    max_ = make_person("max", two_step_since=timezone.now())
    assert verdict(max_).startswith(
        "loss: One closed mailbox would lock you out Everything depends"
    )
    assert mailbox(max_).masked in verdict(max_)
    bar_mailbox(max_)
    assert verdict(max_).startswith("loss: You couldn’t sign in again We ask")


def test_a_passkey_that_may_be_on_the_lost_phone_is_not_counted_on(rows: None) -> None:
    max_ = protected("max")
    use_up_codes(max_)
    bar_mailbox(max_)
    give_passkey(max_)
    assert verdict(max_).startswith("look: Keep your passkey apart from your phone If you lost")
    max_.user.passkeys.update(is_backed_up=True)
    assert verdict(max_).startswith("ok: ")


def test_the_picture_shows_what_remains_without_each_thing(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    answer = client.get("/security/")
    assert "Without it, 2 sign-in methods remain" in seen(answer)
    assert "Without it, 3 sign-in methods remain" in seen(answer)
    assert DRILL in answer.content.decode()
    assert [len(group.ways) for group in answer.context["groups"]] == [2, 2, 1]
    assert "In your mailboxes" in seen(answer)  # two of a kind are one group, but not lost together
    assert "Without one of them, 4 sign-in methods remain" in seen(answer)


# --- The same where things are kept ---------------------------------------------------------------


def test_each_device_says_what_its_loss_leaves_by_name(client: Client, bob: Person) -> None:
    give_passkey(bob)
    enter(client, bob, Strength.TWO_STEP)
    answer = client.get("/devices/")
    words = seen(answer)
    assert (
        "If you lose this, 3 sign-in methods remain: the passkey Blue key, a code by e-mail or "
        "a recovery code. The passkey Blue key remains only if it is not on the same phone."
        in words
    )
    assert "3 sign-in methods remain: your Pixel 8, a code by e-mail or a recovery code." in words
    assert f"{DRILL}?lost={bob.phone.public_id}#way-back" in answer.content.decode()


def test_each_address_and_number_says_what_its_loss_leaves(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    words = seen(client.get("/security/contact/"))
    assert (
        "4 sign-in methods remain: your Pixel 8, a code to another address, a text message" in words
    )
    assert "3 sign-in methods remain: your Pixel 8, a code by e-mail or a recovery code." in words
    assert "forgotten password" not in words


def test_an_address_that_is_no_way_in_says_so(client: Client, bob: Person) -> None:
    bar_mailbox(bob)
    enter(client, bob, Strength.TWO_STEP)
    words = seen(client.get("/security/contact/"))
    assert "once you’ve signed in another way. Without it, you couldn’t reset" in words


def test_the_sheet_says_what_its_loss_leaves(client: Client, bob: Person, carol: Person) -> None:
    page = "/security/recovery-codes/"
    words = seen(enter(client, bob, Strength.TWO_STEP).get(page))
    assert (
        "If you lose this sheet, 2 sign-in methods remain: your Pixel 8 or a code by e-mail."
        in words
    )
    assert "If you lose" not in seen(enter(client, carol, Strength.PASSWORD).get(page))


# --- Before something is removed ------------------------------------------------------------------


def test_a_removal_after_which_all_hangs_on_one_thing_warns(client: Client, bob: Person) -> None:
    second = give_phone(bob, "Work phone").phone
    use_up_codes(bob)
    url = f"/devices/{second.public_id}/unlink/"
    enter(client, bob, Strength.TWO_STEP)
    assert "Everything then depends on" not in seen(client.get(url))
    bar_mailbox(bob)
    number = give_number(bob)
    words = seen(client.get(url))
    assert "Everything then depends on Pixel 8: losing that would lock you out." in words
    masked = number.masked.replace("\u00a0", " ")
    assert f"Text messages to {masked} most likely arrive on the same phone." in words


def test_an_address_whose_removal_leaves_one_phone_warns(client: Client, bob: Person) -> None:
    second, url = give_address(bob), "/security/contact/{}/remove/"
    enter(client, bob, Strength.TWO_STEP)
    assert "Everything then" not in seen(client.get(url.format(second.public_id)))
    use_up_codes(bob)
    bar_mailbox(bob)
    words = seen(client.get(url.format(second.public_id)))
    assert "What you keep" in words
    assert "Everything then depends on Pixel 8" in words


def test_a_lost_phone_may_go_though_nothing_remains(client: Client, bob: Person) -> None:
    use_up_codes(bob)
    bar_mailbox(bob)
    give_number(bob)
    enter(client, bob, Strength.TWO_STEP)
    assert "Only your password, which" in seen(client.get("/devices/lost/"))
    lose(client, bob)
    assert not bob.user.phones.exists()


def test_a_number_stays_a_way_in_when_its_phone_goes_on_purpose(rows: None) -> None:
    max_ = protected("max")
    number, state = give_number(max_), assessment.of(max_.user)
    key = max_.phone.possession_key
    assert number.possession_key in {way.possession.key for way in state.removal(key).remains}
    assert number.possession_key not in {way.possession.key for way in state.without([key])}
