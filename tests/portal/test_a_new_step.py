"""A new second step is one class: it is found everywhere, and nothing else was changed for it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.activity.events import title_of
from accounts.authentication import second_steps
from accounts.authentication.proofs import Proof, Strength
from accounts.holds import bindings
from accounts.models import RecoveryCode, SecurityEvent, User
from accounts.readiness import assessment, fire_drill, recommendations, removal_impact
from devices import recovery_on_host
from devices.factors import last_factor
from tests.accounts.helpers import level_of, mailbox, seen, type_password, verdict
from tests.key_cards.methods import CARDS, GRIDS, Card, KeyCardMethod
from tests.people import Person, enter, give_passkey

CARD_CODES = [f"{number:06d}" for number in range(111111, 111141)]
OVERVIEW, DRILL = "/security/", "/security/fire-drill/"
CARD_PAGE, GRID_PAGE = "/sign-in/key-card/", "/sign-in/grid/"


@pytest.fixture
def installed(settings: LazySettings) -> Iterator[None]:
    """Both steps, in the setting that names the steps of a site."""
    added = [f"tests.key_cards.methods.{name}" for name in ("KeyCardMethod", "GridMethod")]
    settings.SECOND_STEPS = [added[0], *settings.SECOND_STEPS, added[1]]
    second_steps.second_steps.cache_clear()
    yield
    CARDS.clear()
    GRIDS.clear()
    second_steps.second_steps.cache_clear()


@pytest.fixture
def card(installed: None, bob: Person) -> Card:
    """A card of bob, who has a phone and recovery codes, too."""
    card = Card("Acme 7", list(CARD_CODES))
    CARDS[bob.user.pk] = [card]
    return card


@pytest.fixture
def grid(installed: None, bob: Person) -> set[str]:
    """A grid of bob."""
    GRIDS[bob.user.pk] = {"A1B2", "C3D4"}
    return GRIDS[bob.user.pk]


def by_card(client: Client, person: Person, code: str = CARD_CODES[0]) -> Any:
    """Sign in with the card."""
    type_password(client, person)
    return client.post(CARD_PAGE, {"code": code})


def only_the_card(person: Person) -> None:
    """Leave nothing but the card."""
    person.user.phones.all().delete()
    RecoveryCode.objects.filter(code_set__user=person.user).update(used_at=timezone.now())
    person.user.reset_mailbox = mailbox(person)
    person.user.save()


# --- Signing in -----------------------------------------------------------------------------------


def test_it_is_offered_and_signs_in(client: Client, bob: Person, card: Card) -> None:
    assert type_password(client, bob)["Location"] == CARD_PAGE
    page = seen(client.get(CARD_PAGE))
    assert "Enter the code from your key card" in page
    assert "Press the button on the card." in page
    assert "Lost your phone?" not in page
    picker = seen(client.get("/sign-in/another-way/"))
    assert "Key card card Acme 7" in picker
    assert client.post(CARD_PAGE, {"code": CARD_CODES[0]})["Location"] == OVERVIEW
    assert level_of(client) == Strength.TWO_STEP


def test_a_weak_one_is_offered_and_leads_where_fall_backs_lead(
    client: Client, bob: Person, grid: set[str]
) -> None:
    type_password(client, bob)
    assert "Printed grid printed by the desk" in seen(client.get("/sign-in/another-way/"))
    landed = client.post(GRID_PAGE, {"code": "a1 b2"})["Location"]
    assert landed == "/sign-in/where-is-your-phone/"
    assert level_of(client) == Strength.RECOVERED
    assert grid == {"C3D4"}


def test_what_is_typed_is_left_as_it_is(client: Client, bob: Person, grid: set[str]) -> None:
    type_password(client, bob)
    page = client.get(GRID_PAGE).content.decode()
    assert 'name="code"' in page
    assert 'data-code-field="recovery"' not in page


def test_its_failures_are_counted_and_it_begins_the_next_sign_in(
    client: Client, bob: Person, card: Card
) -> None:
    assert by_card(client, bob, "999999").status_code == 200
    assert bob.kinds() == ["sign_in:code_failed"]
    client.post(CARD_PAGE, {"code": CARD_CODES[0]})
    assert client.post(CARD_PAGE, {"code": CARD_CODES[0]}).status_code == 302
    client.post("/sign-out/")
    assert type_password(client, bob)["Location"] == CARD_PAGE


def test_it_is_offered_to_those_who_lost_their_phone(
    client: Client, bob: Person, card: Card
) -> None:
    type_password(client, bob)
    page = seen(client.get("/sign-in/lost-your-phone/"))
    assert "Acme 7" in page
    assert "Pixel 8" not in page


def test_a_code_that_was_typed_leads_to_the_offer_of_a_passkey(
    client: Client, bob: Person, card: Card
) -> None:
    by_card(client, bob)
    assert client.get(OVERVIEW).context["offers_passkey"]
    give_passkey(bob)
    assert not client.get(OVERVIEW).context["offers_passkey"]


# --- Confirming -----------------------------------------------------------------------------------


def test_it_confirms_what_takes_a_strong_step(client: Client, bob: Person, card: Card) -> None:
    enter(client, bob, Strength.RECOVERED)
    asked = client.get("/security/two-step/off/")["Location"]
    assert asked.startswith("/confirm/")
    step = client.get(asked)["Location"]
    assert step.startswith("/confirm/key-card/")
    answer = client.post(step, {"code": CARD_CODES[0]})
    assert answer["Location"] == "/security/two-step/off/"
    assert client.get(answer["Location"]).status_code == 200
    assert bob.kinds()[-1] == "step_up:passed"


def test_a_weak_one_is_not_offered_for_that(client: Client, bob: Person, grid: set[str]) -> None:
    enter(client, bob, Strength.RECOVERED)
    page = seen(client.get("/confirm/another-way/?for=two-step"))
    assert "Pixel 8" in page
    assert "Printed grid" not in page
    page = seen(client.get("/confirm/another-way/?for=recovered"))
    assert "Printed grid" in page


# --- What would be lost ---------------------------------------------------------------------------


def test_the_overview_shows_it_in_its_own_place(
    client: Client, bob: Person, card: Card, grid: set[str]
) -> None:
    enter(client, bob, Strength.TWO_STEP)
    answer = client.get(OVERVIEW)
    page = seen(answer)
    assert "In your wallet" in page
    assert "Key card card Acme 7" in page
    assert "Printed grid printed by the desk" in page
    groups = [str(group.possession) for group in answer.context["groups"]]
    assert groups[0] == "In your wallet"
    assert "printed grid" in groups
    assert "your Acme 7" in page


def test_the_verdict_knows_what_it_hangs_on(bob: Person, card: Card) -> None:
    only_the_card(bob)
    bob.reload()
    said = "loss: One lost key card would lock you out Everything depends on Acme 7."
    assert verdict(bob).startswith(said)


def test_it_is_what_proves_most_and_is_kept_apart_from_the_phone(bob: Person, card: Card) -> None:
    state = assessment.of(bob.user)
    assert {str(option.possession.name) for option in state.holders} == {"Acme 7", "Pixel 8"}
    gone = {option.slug for option in state.loss([bob.phone.possession_key]).gone}
    assert "key-card" not in gone
    kept = removal_impact.of(bob.user, bob.phone.possession_key).keeps
    assert "key-card" in {option.slug for option in kept}


def test_several_are_named_and_counted_one_by_one(bob: Person, card: Card) -> None:
    CARDS[bob.user.pk].append(Card("Acme 8", []))
    loss = assessment.of(bob.user).loss([bob.phone.possession_key])
    assert "your Acme 7" in loss.names
    assert "your Acme 8" in loss.names
    assert "4 sign-in methods remain" in loss.short  # with a code by e-mail and a recovery code


def test_the_fire_drill_walks_the_way_back(client: Client, bob: Person, card: Card) -> None:
    enter(client, bob, Strength.TWO_STEP)
    page = seen(client.get(DRILL))
    assert "Acme 7 Card with a display" in page
    page = seen(client.get(DRILL, {"lost": "card-0"}))
    assert "Choose “Sign in another way”, and take one of these" in page
    assert "Block the lost card Call the desk that issued it." in page
    assert "Unlink the lost phone" not in page
    page = seen(client.get(DRILL, {"lost": str(bob.phone.public_id)}))
    assert "With your Acme 7, you can do everything right away." in page


def test_what_it_lacks_a_sentence_for_has_a_plain_one(
    client: Client, bob: Person, grid: set[str]
) -> None:
    enter(client, bob, Strength.TWO_STEP)
    assert "printed grid printed by the desk" in seen(client.get(DRILL))
    page = seen(client.get(DRILL, {"lost": "grid"}))
    assert "Take one of these as the second step" in page
    state = assessment.of(bob.user)
    assert "Printed grid" in state.loss([bob.phone.possession_key]).names


def test_its_cells_are_no_recovery_codes(bob: Person, grid: set[str]) -> None:
    state = assessment.of(bob.user)
    assert state.codes_left == 10
    assert state.are_codes_proven
    RecoveryCode.objects.filter(code_set__user=bob.user).update(used_at=timezone.now())
    assert recommendations.FIRST_CODES in recommendations.suggestions(assessment.of(bob.user))


def test_what_a_weak_session_repairs_waits(bob: Person, card: Card) -> None:
    bob.user.phones.all().delete()
    way_back = fire_drill.way_back(assessment.of(bob.user).loss(["key-card:0"]))
    waits = {str(repair.title): has_to_wait for repair, has_to_wait in way_back.repairs}
    assert waits["Block the lost card"]


# --- Pages of the account -------------------------------------------------------------------------


def test_the_page_of_two_step_verification_lists_it(
    client: Client, bob: Person, card: Card, grid: set[str]
) -> None:
    enter(client, bob, Strength.TWO_STEP)
    answer = client.get("/security/two-step/")
    assert "Acme 7" in {str(each["name"]) for each in answer.context["authenticators"]}
    assert "Printed grid" in {str(option.label) for option in answer.context["ways"]}


def test_it_is_the_strong_step_that_two_step_verification_demands(bob: Person, card: Card) -> None:
    assert last_factor.count(bob.user) == 2
    assert not last_factor.goes_with(bob.phone)
    CARDS.clear()
    assert last_factor.goes_with(bob.phone)


def test_one_that_was_never_used_is_asked_for_once(
    client: Client, bob: Person, card: Card, clock: time_machine.Traveller
) -> None:
    card.linked_at = timezone.now() - timedelta(days=60)
    User.objects.filter(pk=bob.user.pk).update(asks_from=timezone.now())
    type_password(client, bob)
    client.post("/sign-in/authenticator/", {"code": bob.code()})
    assert "Do you still have the card?" in seen(client.get(OVERVIEW))


def test_it_goes_when_an_administrator_begins_again(sue: Person, installed: None) -> None:
    CARDS[sue.user.pk] = [Card("Acme 7", list(CARD_CODES))]
    done = recovery_on_host.recover(user=sue.user, reason="everything was lost")
    assert "1 key card" in done
    assert "1 phones" in done
    assert sue.user.pk not in CARDS
    assert last_factor.count(sue.user) == 0


def test_a_strong_sign_in_is_asked_whether_one_that_was_held_is_kept(
    client: Client, bob: Person, card: Card
) -> None:
    enter(client, bob, Strength.RECOVERED)
    subject = KeyCardMethod().factors(bob.user)[0]
    with transaction.atomic():
        weak = [Proof.now("email", Strength.RECOVERED)]
        ground = bindings.ground(bob.user, weak, session="of-somebody-else")
        bindings.note(bob.user, "key-card", subject, ground=ground, name="Acme 7")
    bob.reload()
    enter(client, bob, Strength.TWO_STEP)
    page = seen(client.get("/security/added/"))
    assert "Key card: Acme 7" in page
    row = bob.user.bindings.get()
    client.post("/security/added/", {"remove": str(row.public_id)})
    assert bob.user.pk not in CARDS
    assert "Undone: key card" in seen(client.get("/security/activity/"))


def test_staff_see_it(client: Client, bob: Person, sue: Person, card: Card) -> None:
    by_card(Client(), bob)
    proofs = [Proof.now("password", Strength.PASSWORD), Proof.now("key-card", Strength.TWO_STEP)]
    enter(Client(), bob, proofs)
    enter(client, sue, Strength.TWO_STEP)
    answer = client.get(f"/admin/accounts/{bob.user.public_id}/")
    page = seen(answer)
    assert "Key card card Acme 7" in page
    assert "password and key card" in page
    assert next(row for row in answer.context["ways"] if row.way.slug == "key-card").is_strong


# --- The activity ---------------------------------------------------------------------------------


def test_the_activity_names_it(client: Client, bob: Person, card: Card) -> None:
    by_card(client, bob)
    assert "Signed in with password and key card" in seen(client.get("/security/activity/"))
    assert "password and key card" in seen(client.get("/devices/"))


def test_one_that_is_gone_is_still_named(bob: Person) -> None:
    event = SecurityEvent(kind="sign_in:two_step", details={"methods": ["password", "key-card"]})
    assert title_of(event) == "Signed in with password and key card"


def test_a_thing_that_is_called_like_a_method_keeps_its_name() -> None:
    for name in ("work", "sms", "email", "password"):
        event = SecurityEvent(kind="phone:linked", details={"phone": name})
        assert title_of(event) == f"{name} linked"
