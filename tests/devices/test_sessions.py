"""The session engine: ended means dead, limits are the server's, cookies rotate."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings, settings
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client
from django.utils import timezone

from accounts.authentication.proofs import Proof, Strength, proofs_in, store_proofs
from accounts.models import User
from accounts.signals import protection_changed
from core.web.http import RequestOrigin
from devices.models import Session
from devices.sessions.engine import (
    SessionStore,
    delete_expired,
    end_sessions,
    strip_proofs,
)
from tests.people import Person, enter

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def kept(**data: object) -> SessionStore:
    store = SessionStore()
    store.update(data)
    store.save()
    return store


def signed_in(person: Person) -> SessionStore:
    store = kept()
    store.sign_in(person.user, RequestOrigin("192.0.2.7", FIREFOX))
    return store


def again(store: SessionStore) -> SessionStore:
    """The same browser's next request."""
    return SessionStore(store.session_key)


def test_what_was_kept_is_there_in_the_next_request(db: None) -> None:
    store = kept(colour="blue")
    assert again(store)["colour"] == "blue"


def test_the_row_is_keyed_by_the_digest_and_never_holds_the_cookie(db: None) -> None:
    store = kept(colour="blue")
    cookie = store.session_key or ""
    row = Session.objects.get()
    assert row.session_key == sha256(cookie.encode()).hexdigest()
    assert cookie not in " ".join(str(value) for value in vars(row).values())
    assert len(cookie) * 6 >= 128


def test_the_key_of_a_row_opens_nothing(db: None) -> None:
    kept(colour="blue")
    assert "colour" not in SessionStore(Session.objects.get().session_key)


def test_a_cookie_that_was_not_drawn_here_is_never_used(db: None) -> None:
    chosen = SessionStore("a-value-chosen-by-somebody-else")
    chosen["colour"] = "red"
    chosen.save()
    assert chosen.session_key != "a-value-chosen-by-somebody-else"
    assert "colour" not in SessionStore("a-value-chosen-by-somebody-else")


@pytest.mark.parametrize("cookie", ["", "short", "x" * 4096, "\x00" * 20, "\udcff" * 20])
def test_a_broken_cookie_is_no_session(db: None, cookie: str) -> None:
    assert dict(SessionStore(cookie).items()) == {}


def test_an_ended_session_that_saves_afterwards_does_not_come_back(alice: Person) -> None:
    store = again(signed_in(alice))
    store["colour"] = "blue"
    end_sessions(alice.user)
    with pytest.raises(UpdateError):
        store.save()
    assert store.is_ended
    assert not Session.objects.exists()


def test_an_ended_session_cannot_move_to_a_new_cookie(alice: Person) -> None:
    store = again(signed_in(alice))
    store["colour"] = "blue"
    end_sessions(alice.user)
    with pytest.raises(UpdateError):
        store.cycle_key()
    assert not Session.objects.exists()


def test_an_ended_session_cannot_be_signed_in_to(alice: Person) -> None:
    store = again(kept(colour="blue"))
    assert store["colour"] == "blue"
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        store.sign_in(alice.user, RequestOrigin("192.0.2.7", FIREFOX))
    assert not Session.objects.exists()


def test_a_new_cookie_keeps_the_row_and_its_public_id_and_ends_the_old_cookie(
    alice: Person,
) -> None:
    store = signed_in(alice)
    before, old = store.public_id, again(store)
    store.cycle_key()
    assert again(store).public_id == before
    assert store.session_key != old.session_key
    assert dict(old.items()) == {}
    assert Session.objects.get().display_name == "Firefox on Linux"


def test_a_session_that_is_not_kept_yet_has_its_public_id(db: None) -> None:
    store = SessionStore()
    public_id = store.public_id
    store["colour"] = "blue"
    store.save()
    assert Session.objects.get().public_id == public_id


def test_signing_out_gives_a_new_public_id(db: None) -> None:
    store = kept(colour="blue")
    before = store.public_id
    store.flush()
    assert store.public_id != before
    assert not Session.objects.exists()


def test_a_sign_in_is_stamped_with_person_place_and_browser(
    alice: Person, clock: time_machine.Traveller
) -> None:
    store = kept()
    clock.shift(timedelta(minutes=5))
    store.sign_in(alice.user, RequestOrigin("192.0.2.7", FIREFOX))
    row = Session.objects.get()
    assert (row.user, row.address, row.agent) == (alice.user, "192.0.2.7", FIREFOX)
    assert row.display_name == "Firefox on Linux"
    assert row.signed_in_at == timezone.now()


def test_a_session_ends_after_being_idle(alice: Person, clock: time_machine.Traveller) -> None:
    store = signed_in(alice)
    clock.shift(settings.SESSION_IDLE - timedelta(seconds=1))
    assert Session.objects.alive().exists()
    clock.shift(timedelta(seconds=1))
    assert not Session.objects.alive().exists()
    store = again(store)
    assert dict(store.items()) == {}
    assert store.session_key is None


def test_a_session_ends_at_its_age_however_busy(
    alice: Person, clock: time_machine.Traveller
) -> None:
    store, end = signed_in(alice), timezone.now() + settings.SESSION_AGE
    while timezone.now() + timedelta(minutes=30) < end:
        clock.shift(timedelta(minutes=30))
        store = again(store)
        store.load()
        assert store.session_key
        store.touch()
    clock.shift(timedelta(minutes=30))
    assert again(store).load() == {}


def test_staff_have_tighter_limits(
    alice: Person, sue: Person, clock: time_machine.Traveller
) -> None:
    signed_in(alice)
    signed_in(sue)
    clock.shift(settings.STAFF_SESSION_IDLE)
    assert [row.user for row in Session.objects.alive()] == [alice.user]


def test_staff_sessions_end_after_eight_hours(sue: Person, clock: time_machine.Traveller) -> None:
    signed_in(sue)
    Session.objects.update(last_seen_at=timezone.now() + settings.STAFF_SESSION_AGE)
    clock.shift(settings.STAFF_SESSION_AGE - timedelta(seconds=1))
    assert Session.objects.alive().exists()
    clock.shift(timedelta(seconds=1))
    assert not Session.objects.alive().exists()


def test_a_staff_flag_given_in_the_middle_tightens_the_running_session(
    alice: Person, clock: time_machine.Traveller
) -> None:
    store = signed_in(alice)
    clock.shift(settings.STAFF_SESSION_IDLE)
    User.objects.filter(pk=alice.user.pk).update(role=1, is_staff=True)
    assert again(store).load() == {}


def test_the_limits_are_those_of_the_settings(
    alice: Person, clock: time_machine.Traveller, settings: LazySettings
) -> None:
    settings.SESSION_IDLE = timedelta(minutes=2)
    signed_in(alice)
    clock.shift(timedelta(minutes=2))
    assert not Session.objects.alive().exists()


def test_reading_a_session_takes_one_query(
    alice: Person, django_assert_num_queries: Callable[[int], Any]
) -> None:
    store = again(signed_in(alice))
    with django_assert_num_queries(1):
        store.get("anything")
        assert str(store.public_id)


def test_activity_is_noted_at_most_once_a_minute(
    alice: Person, client: Client, clock: time_machine.Traveller
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    since = Session.objects.get().last_seen_at
    clock.shift(settings.SESSION_TOUCH - timedelta(seconds=1))
    client.get("/devices/")
    assert Session.objects.get().last_seen_at == since
    clock.shift(timedelta(seconds=1))
    client.get("/devices/")
    assert Session.objects.get().last_seen_at == timezone.now()


def test_polling_is_no_activity(
    alice: Person, client: Client, clock: time_machine.Traveller
) -> None:
    enter(client, alice, Strength.TWO_STEP)
    since = Session.objects.get().last_seen_at
    clock.shift(timedelta(minutes=5))
    client.get("/confirm/email/fate/")
    assert Session.objects.get().last_seen_at == since
    client.get("/devices/")
    assert Session.objects.get().last_seen_at == timezone.now()


def test_a_change_of_protection_ends_the_other_sessions(alice: Person, bob: Person) -> None:
    stays, other, stranger = signed_in(alice), signed_in(alice), signed_in(bob)
    protection_changed.send(User, user=alice.user, except_session=str(stays.public_id))
    alive = {row.public_id for row in Session.objects.all()}
    assert alive == {stays.public_id, stranger.public_id}
    assert other.public_id not in alive


def test_ending_sessions_says_how_many(alice: Person) -> None:
    keep_id = str(signed_in(alice).public_id)
    signed_in(alice)
    signed_in(alice)
    assert end_sessions(alice.user, except_session=keep_id) == 2
    assert end_sessions(alice.user) == 1


def test_housekeeping_deletes_what_no_limit_lets_in(
    alice: Person, clock: time_machine.Traveller
) -> None:
    signed_in(alice)
    clock.shift(settings.SESSION_IDLE)
    fresh = signed_in(alice)
    assert delete_expired() == 1
    assert Session.objects.get().public_id == fresh.public_id


def with_proofs(*proofs: Proof) -> SessionStore:
    store = SessionStore()
    store_proofs(store, list(proofs))
    store.save()
    return again(store)


PASSWORD = Proof("password", Strength.PASSWORD, 1.0)
APP = Proof("authenticator", Strength.TWO_STEP, 2.0, "devices.authenticator:7")
MAIL = Proof("email", Strength.RECOVERED, 2.0, "accounts.email:3")


def test_a_session_goes_on_without_a_factor_if_it_proved_enough_besides(db: None) -> None:
    store = with_proofs(PASSWORD, APP, MAIL)
    old = store.session_key
    assert strip_proofs(store, frozenset({APP.factor}), Strength.RECOVERED)
    assert proofs_in(again(store)) == [PASSWORD, MAIL]
    assert SessionStore(old).load() == {}


def test_a_session_ends_with_the_factor_that_was_all_it_proved(db: None) -> None:
    store = with_proofs(PASSWORD, APP)
    assert not strip_proofs(store, frozenset({APP.factor}), Strength.RECOVERED)
    assert not Session.objects.exists()


def test_a_session_that_did_not_use_the_factor_keeps_its_proofs(db: None) -> None:
    store = with_proofs(PASSWORD, MAIL)
    cookie = store.session_key
    assert strip_proofs(store, frozenset({APP.factor}), Strength.RECOVERED)
    assert proofs_in(store) == [PASSWORD, MAIL]
    assert store.session_key != cookie, "or a parallel request could write newer proofs back"
