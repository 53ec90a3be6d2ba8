"""Steps that a person never wants used, and the fall-back that has to remain."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import product
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.activity.origin import Origin
from accounts.authentication.factors.sent_code_methods import (
    EmailCodeMethod,
    SentCodeMethod,
    TextMessageMethod,
)
from accounts.authentication.proofs import Proof, Strength
from accounts.authentication.second_steps import options_for, step_named
from accounts.contacts import changes
from accounts.models import PhoneNumber, RecoveryCode, SentCode, User
from accounts.readiness import declined_methods
from core.outbox.sms import SentText
from core.web.http import RequestOrigin
from devices.factors import last_factor, passkeys
from devices.phones import linked_phones
from tests.accounts.helpers import (
    addresses,
    ask,
    code_to,
    is_in,
    mailbox,
    recover,
    seen,
    told,
    type_code,
    type_password,
)
from tests.authenticator import BE, BS, UP, UV
from tests.people import (
    Person,
    enter,
    give_codes,
    give_number,
    give_passkey,
    give_phone,
    lose,
    make_person,
    proved,
)

PAGE = "/security/two-step/"
PICKER = "/sign-in/another-way/"
HERE = RequestOrigin("192.0.2.7", "")


@pytest.fixture(autouse=True)
def _still(clock: time_machine.Traveller) -> None:
    pass


def decline_url(slug: str) -> str:
    return f"/security/two-step/{slug}/decline/"


def accept_url(slug: str) -> str:
    return f"/security/two-step/{slug}/accept/"


def step(slug: str) -> SentCodeMethod:
    found = step_named(slug)
    assert isinstance(found, SentCodeMethod)
    return found


def decline(person: Person, *slugs: str) -> None:
    for slug in slugs:
        user = person.reload()
        declined_methods.decline(user=user, step=step(slug), origin=Origin(HERE, ""))
    person.reload()


def accept(person: Person, slug: str) -> None:
    declined_methods.accept(user=person.reload(), step=step(slug), origin=Origin(HERE, ""))
    person.reload()


def use_up_codes(person: Person, left: int = 0) -> None:
    rows = RecoveryCode.objects.filter(code_set__user=person.user)
    stays = list(rows.values_list("pk", flat=True)[:left])
    rows.exclude(pk__in=stays).update(used_at=timezone.now())


def slugs(person: Person) -> set[str]:
    return {way.slug for way in options_for(person.reload())}


# --- The page -----------------------------------------------------------------------------------


def test_the_page_offers_never_for_each_way_that_sends(client: Client, alice: Person) -> None:
    words = seen(enter(client, alice, Strength.TWO_STEP).get(PAGE))
    assert "Never use e-mail for me" in words
    assert "Never use text messages for me" in words


def test_without_a_gateway_only_e_mail_can_be_declined(
    client: Client, alice: Person, settings: Any
) -> None:
    settings.SMS_URL = ""
    words = seen(enter(client, alice, Strength.TWO_STEP).get(PAGE))
    assert "Never use e-mail for me" in words
    assert "Never use text messages for me" not in words
    assert client.post(decline_url("sms")).status_code == 404


def test_while_two_step_is_off_nothing_can_be_declined(client: Client, carol: Person) -> None:
    enter(client, carol, Strength.PASSWORD)
    assert "Codes you don’t want" not in seen(client.get(PAGE))
    assert client.post(decline_url("email"))["Location"] == PAGE
    assert carol.reload().declined_steps == []
    assert carol.kinds() == []


def test_a_way_is_declined_told_and_taken_back(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    assert client.post(decline_url("email"))["Location"] == PAGE
    words = seen(client.get(PAGE))
    assert "You turned off codes by e-mail." in words
    assert "Use e-mail again" in words
    assert "Never use e-mail for me" not in words
    assert alice.reload().declined_steps == ["email"]
    assert alice.kinds() == ["step:declined"]
    assert told("a sign-in method was turned off", "e-mail code") == addresses(alice.user)
    client.post(accept_url("email"))
    assert "Never use e-mail for me" in seen(client.get(PAGE))
    assert alice.reload().declined_steps == []
    assert alice.kinds() == ["step:declined", "step:accepted"]
    assert told("a sign-in method was turned on again", "e-mail code") == addresses(alice.user)


@pytest.mark.parametrize("act", [decline_url, accept_url])
def test_saying_it_twice_is_told_once(
    client: Client, alice: Person, act: Callable[[str], str]
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    if act is accept_url:
        client.post(decline_url("sms"))
    before = len(alice.kinds())
    client.post(act("sms"))
    client.post(act("sms"))
    assert len(alice.kinds()) == before + 1


@pytest.mark.parametrize("slug", ["authenticator", "passkey", "recovery-code", "nothing"])
@pytest.mark.parametrize("act", [decline_url, accept_url])
def test_only_ways_that_send_can_be_declined(
    client: Client, alice: Person, slug: str, act: Callable[[str], str]
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    assert client.post(act(slug)).status_code == 404
    assert alice.reload().declined_steps == []


@pytest.mark.parametrize("act", [decline_url, accept_url])
def test_a_recovered_session_changes_neither(
    client: Client, alice: Person, act: Callable[[str], str]
) -> None:
    if act is accept_url:
        decline(alice, "email")
    before = alice.reload().declined_steps
    enter(client, alice, Strength.RECOVERED)
    assert "for=two-step" in client.post(act("email"))["Location"]
    assert alice.reload().declined_steps == before


@pytest.mark.parametrize("act", [decline_url, accept_url])
def test_other_browsers_are_signed_out(
    client: Client,
    new_client: Callable[..., Client],
    alice: Person,
    act: Callable[[str], str],
) -> None:
    if act is accept_url:
        decline(alice, "email")
    other = enter(new_client(), alice, Strength.RECOVERED)
    enter(client, alice, Strength.TWO_STEP)
    client.post(act("email"))
    assert is_in(client)
    assert not is_in(other)


def test_staff_see_what_was_declined(client: Client, sue: Person, alice: Person) -> None:
    enter(client, sue, Strength.TWO_STEP)
    page = f"/admin/accounts/{alice.user.public_id}/"
    assert "Turned off by the person" not in seen(client.get(page))
    decline(alice, "sms")
    assert "Turned off by the person: Text a code" in seen(client.get(page))


# --- What a decline does ------------------------------------------------------------------------


def test_a_declined_way_is_not_offered_anywhere(client: Client, alice: Person) -> None:
    alice.user.email_addresses.exclude(address=alice.address).delete()
    assert "In your mailbox" in seen(enter(client, alice, Strength.TWO_STEP).get("/security/"))
    type_password(client, alice)
    assert "E-mail a code" in seen(client.get(PICKER))
    decline(alice, "email")
    words = seen(client.get(PICKER))
    assert "E-mail a code" not in words
    assert "Text a code" in words
    enter(client, alice, Strength.TWO_STEP)
    confirm = "/confirm/another-way/?next=/security/password/&for=recovered"
    assert "E-mail a code" not in seen(client.get(confirm))
    overview = seen(client.get("/security/"))
    assert "In your mailbox" not in overview
    assert "Add a second e-mail address" not in overview


def test_a_browser_does_not_begin_with_a_declined_way(
    client: Client, new_client: Callable[..., Client], alice: Person
) -> None:
    recover(client, alice)
    client.post("/sign-out/")
    assert type_password(client, alice)["Location"] == "/sign-in/email/"
    decline(alice, "email")
    assert type_password(client, alice)["Location"] == "/sign-in/authenticator/"


def test_a_code_that_was_sent_before_is_refused(client: Client, alice: Person) -> None:
    type_password(client, alice)
    ask(client, mailbox(alice))
    code = code_to(alice.address)
    decline(alice, "email")
    type_code(client, code)
    assert not is_in(client)
    accept(alice, "email")
    type_code(client, code)
    assert not is_in(client)
    assert not SentCode.objects.filter(user=alice.user, used_at__isnull=False).exists()


def test_a_code_that_was_not_sent_before_is_good_once_it_is_accepted(
    client: Client, alice: Person
) -> None:
    decline(alice, "email")
    accept(alice, "email")
    recover(client, alice)
    assert is_in(client)


def test_contacts_are_still_confirmed_and_passwords_still_reset(
    client: Client, alice: Person, texts: list[SentText]
) -> None:
    decline(alice, "email", "sms")
    mail.outbox.clear()
    enter(client, alice, Strength.TWO_STEP)
    client.post("/security/contact/addresses/add/", {"address": "third@latchkey.example"})
    client.post("/security/contact/numbers/add/", {"number": "+31612345678"})
    assert [sent.to for sent in mail.outbox] == [["third@latchkey.example"]]
    assert [text.number for text in texts] == ["+31612345678"]
    client.post("/sign-out/")
    client.post("/password/reset/", {"email": alice.address})
    assert mail.outbox[-1].to == [alice.address]


def test_a_decline_says_nothing_of_the_first_mailbox_proof(client: Client, alice: Person) -> None:
    """With two-step off a code by mail binds the first factor; that is no fall-back."""
    decline(alice, "email")
    alice.user.turn_two_step_off()
    enter(client, alice, Strength.PASSWORD)
    page = "/confirm/email/?next=/devices/link/&for=mailbox"
    assert ask(client, mailbox(alice), page).status_code == 302
    assert type_code(client, code_to(alice.address), page)["Location"] == "/devices/link/"


def test_with_two_step_on_the_mailbox_proof_is_no_way_round(client: Client, alice: Person) -> None:
    decline(alice, "email")
    mail.outbox.clear()
    enter(client, alice, Strength.RECOVERED)
    page = "/confirm/email/?next=/devices/link/&for=mailbox"
    assert ask(client, mailbox(alice), page).status_code == 404
    assert not mail.outbox


def test_a_decline_outlives_two_step_going_off_and_on(client: Client, alice: Person) -> None:
    decline(alice, "email")
    enter(client, alice, Strength.TWO_STEP)
    client.post("/security/two-step/off/")
    assert not alice.reload().has_two_step
    give_codes(alice)  # the sheet from before ended with it
    enter(client, alice, Strength.TWO_STEP)
    client.post("/security/two-step/on/")
    assert alice.reload().has_two_step
    assert "email" not in slugs(alice)


def test_two_step_does_not_go_on_with_a_sheet_that_is_used_up(
    client: Client, alice: Person
) -> None:
    decline(alice, "email")
    alice.user.turn_two_step_off()
    use_up_codes(alice)
    enter(client, alice, Strength.TWO_STEP)
    client.post("/security/two-step/on/")
    assert not alice.reload().has_two_step
    give_codes(alice)
    client.post("/security/two-step/on/")
    assert alice.reload().has_two_step


# --- A fall-back remains ------------------------------------------------------------------------


def one_of(phones: int, passkeys: int, codes: str, numbers: int) -> Person:
    person = make_person("table", two_step_since=timezone.now())
    for number in range(phones):
        give_phone(person, f"Phone {number}")
    for number in range(passkeys):
        give_passkey(person, f"Key {number}")
    for _number in range(numbers):
        give_number(person)
    if codes != "none":
        give_codes(person)
    if codes == "unproven":
        person.user.recovery_code_sets.update(confirmed_at=None)
    if codes == "used":
        use_up_codes(person)
    return person


def expected(phones: int, passkeys: int, codes: str, numbers: int, declined: Iterable[str]) -> bool:
    """What the rule promises: two phones, or one thing that is lost with no device."""
    if phones > 1 or codes == "proven" or "email" not in declined:
        return True
    return bool(numbers) and "sms" not in declined and phones != 1


@contextmanager
def taken_back(person: Person) -> Iterator[None]:
    """Take back what is done to the person meanwhile, for the next case of a table."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)
        person.reload()


@pytest.mark.parametrize("codes", ["none", "unproven", "used", "proven"])
@pytest.mark.parametrize(
    ("phones", "passkeys", "numbers"),
    [(p, k, n) for p, k, n in product((0, 1, 2), (0, 1), (0, 1)) if p + k],
)
def test_whatever_is_declined_the_loss_of_one_device_locks_nobody_out(
    rows: None, subtests: pytest.Subtests, phones: int, passkeys: int, codes: str, numbers: int
) -> None:
    person = one_of(phones, passkeys, codes, numbers)
    for order in (("email", "sms"), ("sms", "email")):
        with subtests.test(order=order), taken_back(person):
            check_declining(person, order, partial(expected, phones, passkeys, codes, numbers))


def check_declining(
    person: Person, order: Iterable[str], may_decline: Callable[[set[str]], bool]
) -> None:
    declined, left = set[str](), options_for(person.reload())
    for slug in order:
        may = may_decline({*declined, slug})
        shown = declined_methods.choices(person.user, left)
        choice = next(each for each in shown if each.step.slug == slug)
        assert choice.can_decline is may
        try:
            decline(person, slug)
            declined.add(slug)
        except declined_methods.LastFallBack:
            assert not may
        else:
            assert may
        left = options_for(person.reload())
        assert set(person.user.declined_steps) == declined
        assert not {way.slug for way in left} & declined
        assert declined_methods.remains(person.user, left) or not declined


def test_the_last_fall_back_cannot_be_declined_and_nothing_happens(
    client: Client, new_client: Callable[..., Client], bob: Person
) -> None:
    use_up_codes(bob)
    other = enter(new_client(), bob, Strength.TWO_STEP)
    enter(client, bob, Strength.TWO_STEP)
    words = seen(client.get(PAGE))
    assert "You can’t turn this off yet" in words
    assert "Never use e-mail for me" not in words
    assert client.post(decline_url("email"))["Location"] == PAGE
    assert "you’d have no other way to sign in" in seen(client.get(PAGE))
    assert bob.reload().declined_steps == []
    assert bob.kinds() == []
    assert is_in(other)
    assert not mail.outbox


# --- What is done later -------------------------------------------------------------------------


@pytest.fixture
def cornered(alice: Person) -> Person:
    """Alice with two devices and nothing else, as she declined e-mail and text messages."""
    give_passkey(alice, flags=UP | UV | BE | BS)
    use_up_codes(alice)
    decline(alice, "email", "sms")
    return alice


def both(person: Person) -> list[Proof]:
    """Proofs of both devices, so that the session outlives either."""
    passkey = Proof.now("passkey", Strength.TWO_STEP, person.user.passkeys.get().factor)
    return [*proved(person, Strength.TWO_STEP), passkey]


def remove_passkey(person: Person) -> str:
    return f"/devices/passkeys/{person.user.passkeys.get().public_id}/remove/"


def unlink_phone(person: Person) -> str:
    return f"/devices/{person.phone.public_id}/unlink/"


DEVICES = pytest.mark.parametrize("removal", [remove_passkey, unlink_phone])


@DEVICES
def test_the_last_other_device_stays_while_a_step_is_declined(
    client: Client, cornered: Person, removal: Callable[[Person], str]
) -> None:
    enter(client, cornered, both(cornered))
    before = cornered.kinds()
    assert client.post(removal(cornered))["Location"] == "/devices/"
    assert "Nothing was removed" in seen(client.get("/devices/"))
    assert (cornered.user.passkeys.count(), cornered.user.phones.count()) == (1, 1)
    assert cornered.kinds() == before


@DEVICES
@pytest.mark.parametrize("instead", ["accept", "codes"])
def test_it_may_go_once_something_else_remains(
    client: Client, cornered: Person, removal: Callable[[Person], str], instead: str
) -> None:
    if instead == "accept":
        accept(cornered, "email")
    else:
        give_codes(cornered)
    enter(client, cornered, both(cornered))
    client.post(removal(cornered))
    assert cornered.user.passkeys.count() + cornered.user.phones.count() == 1


def test_a_lost_phone_goes_whatever_was_declined(client: Client, cornered: Person) -> None:
    proofs = [*proved(cornered, Strength.RECOVERED), both(cornered)[-1]]
    enter(client, cornered, proofs)
    lose(client, cornered)
    assert not cornered.user.phones.exists()


def test_the_last_number_stays_while_it_is_the_fall_back(client: Client, pia: Person) -> None:
    give_number(pia)
    use_up_codes(pia)
    decline(pia, "email")
    proof = Proof.now("passkey", Strength.TWO_STEP, pia.user.passkeys.get().factor)
    enter(client, pia, [proof])
    number = pia.user.phone_numbers.get()
    url = f"/security/contact/{number.public_id}/remove/"
    client.post(url)
    assert "Nothing was removed" in seen(client.get("/security/contact/"))
    accept(pia, "email")
    enter(client, pia, [proof])
    client.post(url)
    assert not pia.user.phone_numbers.exists()


def test_a_number_that_is_declined_may_always_go(client: Client, alice: Person) -> None:
    decline(alice, "sms")
    number = alice.user.phone_numbers.get()
    changes.remove(alice.user, number, origin=Origin(HERE, ""))
    assert not PhoneNumber.objects.filter(user=alice.user).exists()


REMOVALS: list[Callable[[Person], Any]] = [
    lambda person: linked_phones.unlink(phone=person.phone, origin=Origin(HERE)),
    lambda person: passkeys.remove(passkey=person.user.passkeys.all()[0], origin=Origin(HERE)),
    lambda person: changes.remove(
        person.user, person.user.phone_numbers.all()[0], origin=Origin(HERE, "")
    ),
]


@pytest.mark.parametrize("codes", ["none", "proven"])
@pytest.mark.parametrize("declined", [(), ("email",), ("sms",), ("email", "sms")])
def test_no_removal_takes_the_last_fall_back_of_who_declined(
    rows: None, subtests: pytest.Subtests, codes: str, declined: tuple[str, ...]
) -> None:
    person = one_of(2, 2, codes, 2)
    decline(person, *declined)
    for first, second in product(range(3), repeat=2):
        with subtests.test(first=first, second=second), taken_back(person):
            for act in (REMOVALS[first], REMOVALS[second]) * 2:
                with suppress(declined_methods.LastFallBack, last_factor.LastFactor, IndexError):
                    act(person)
                user = person.reload()
                assert not declined or declined_methods.remains(user, options_for(user))


# --- The last code ------------------------------------------------------------------------------


def last_code(client: Client, person: Person) -> str:
    """Sign in with the last code of the sheet, and read what the page says then."""
    use_up_codes(person, left=1)
    (left,) = RecoveryCode.objects.filter(code_set__user=person.user, used_at__isnull=True)
    code = next(code for code in person.codes if code.startswith(left.locator))
    type_password(client, person)
    answer = type_code(client, code, "/sign-in/recovery-code/")
    return seen(client.get(answer["Location"]))


def test_the_last_code_of_who_declined_is_a_loud_warning(client: Client, alice: Person) -> None:
    decline(alice, "email", "sms")
    words = last_code(client, alice)
    assert "That was your last way to sign in without your device." in words
    assert "One lost phone would lock you out" in seen(client.get("/security/"))
    assert alice.reload().declined_steps == ["email", "sms"]
    assert slugs(alice) == {"authenticator"}


def test_the_last_code_of_somebody_else_is_none(client: Client, alice: Person) -> None:
    assert "That was your last way to sign in" not in last_code(client, alice)
    assert "One lost phone would lock you out" not in seen(client.get("/security/"))


def test_after_the_last_code_new_ones_can_be_made_at_once(
    client: Client, new_client: Callable[..., Client], alice: Person
) -> None:
    decline(alice, "email", "sms")
    last_code(client, alice)
    client.post("/security/recovery-codes/new/")
    sheet = client.get("/security/recovery-codes/download/").content.decode().split()[-10:]
    other = new_client()
    type_password(other, alice)
    type_code(other, sheet[0], "/sign-in/recovery-code/")
    assert is_in(other)


def test_the_sending_steps_are_those_of_the_settings() -> None:
    assert [each.slug for each in declined_methods.declinable()] == [
        EmailCodeMethod.slug,
        TextMessageMethod.slug,
    ]
    assert f"{EmailCodeMethod.__module__}.EmailCodeMethod" in settings.SECOND_STEPS


def test_a_decline_of_one_person_is_not_that_of_another(alice: Person, bob: Person) -> None:
    decline(alice, "email")
    assert "email" not in slugs(alice)
    assert "email" in slugs(bob)
    assert User.objects.filter(declined_steps=[]).count() == 1
