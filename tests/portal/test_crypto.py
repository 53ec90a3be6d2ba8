"""Sealed values and keyed digests: nothing opens that was changed, moved or is not ours."""

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from core.keys.crypto import (
    CannotUnseal,
    digest_matches,
    is_sealed_with_first_key,
    key_ring,
    keyed_digest,
    seal,
    unseal,
)

SECRET = b"twenty bytes of a key"


def key(name: str, byte: bytes) -> str:
    return f"{name}:{base64.b64encode(byte * 32).decode()}"


OLD, NEW = key("old", b"o"), key("new", b"n")


@given(st.binary(max_size=200), st.text(max_size=40))
def test_what_was_sealed_opens_in_its_place(plain: bytes, context: str) -> None:
    context = context.encode(errors="ignore").decode()
    assert unseal(seal(plain, context=context), context=context) == plain


@pytest.mark.parametrize("place", range(len(seal(SECRET, context="row:1"))))
def test_any_flipped_bit_fails(place: int) -> None:
    sealed = bytearray(seal(SECRET, context="row:1"))
    sealed[place] ^= 1
    with pytest.raises(CannotUnseal):
        unseal(bytes(sealed), context="row:1")


@pytest.mark.parametrize("length", range(40))
def test_anything_cut_short_fails(length: int) -> None:
    with pytest.raises(CannotUnseal):
        unseal(seal(SECRET, context="row:1")[:length], context="row:1")


@pytest.mark.parametrize("context", ["row:2", "row:", "", "row:1 "])
def test_a_value_moved_to_another_row_does_not_open(context: str) -> None:
    with pytest.raises(CannotUnseal):
        unseal(seal(SECRET, context="row:1"), context=context)


def test_two_seals_of_one_value_share_nothing_but_the_key_tag() -> None:
    first, second = seal(SECRET, context="row:1"), seal(SECRET, context="row:1")
    assert first != second
    assert SECRET not in first + second


def test_keys_rotate_without_a_gap(settings: Settings) -> None:
    settings.SEALING_KEYS = [OLD]
    sealed = seal(SECRET, context="row:1")
    digest = keyed_digest("code", "1", "424242")
    settings.SEALING_KEYS = [NEW, OLD]
    assert unseal(sealed, context="row:1") == SECRET
    assert digest_matches(digest, "code", "1", "424242")
    assert not is_sealed_with_first_key(sealed, context="row:1")
    fresh = seal(SECRET, context="row:1")
    assert is_sealed_with_first_key(fresh, context="row:1")
    settings.SEALING_KEYS = [NEW]
    with pytest.raises(CannotUnseal):
        unseal(sealed, context="row:1")
    assert not digest_matches(digest, "code", "1", "424242")


def test_a_key_under_another_ones_name_does_not_open(settings: Settings) -> None:
    settings.SEALING_KEYS = [OLD]
    sealed = seal(SECRET, context="row:1")
    settings.SEALING_KEYS = [key("old", b"x")]
    with pytest.raises(CannotUnseal):
        unseal(sealed, context="row:1")


@pytest.mark.parametrize(
    "entries",
    [[], ["nameless"], [":" + OLD.partition(":")[2]], ["short:c2hvcnQ="], ["old:not base64"]],
)
def test_a_malformed_ring_is_refused(settings: Settings, entries: list[str]) -> None:
    settings.SEALING_KEYS = entries
    with pytest.raises(ImproperlyConfigured, match="SEALING_KEYS"):
        key_ring()


def test_a_digest_depends_on_purpose_and_on_each_part() -> None:
    digest = keyed_digest("code", "1", "424242")
    assert digest_matches(digest, "code", "1", "424242")
    assert not digest_matches(digest, "link", "1", "424242")
    assert not digest_matches(digest, "code", "2", "424242")
    assert not digest_matches(digest, "code", "14", "24242")
    assert not digest_matches("", "code", "1", "424242")
    assert len(digest) == 64


def test_a_digest_takes_whatever_a_stranger_types() -> None:
    assert keyed_digest("code", "\ud800\x00\U0001f40e") != keyed_digest("code", "")


def test_neither_depends_on_the_secret_key(settings: Settings) -> None:
    sealed, digest = seal(SECRET, context="row:1"), keyed_digest("code", "1")
    settings.SECRET_KEY = "another-secret-key-of-more-than-fifty-characters-0123456789"
    assert unseal(sealed, context="row:1") == SECRET
    assert digest == keyed_digest("code", "1")
