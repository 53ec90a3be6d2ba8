"""Passkeys: what the browser is asked and what its answer proves.

The only module that knows the WebAuthn library. Each ceremony is a pair: `prepare_…` draws a
challenge and gives the options for the browser, `verify_…` judges the answer and raises `Refused`.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from django.conf import settings
from fido2.cose import CoseKey
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from accounts.models import User
from devices.factors.passkey_refusals import (
    Changed,
    Locked,
    OfTheApp,
    Refused,
    UnknownPasskey,
)
from devices.factors.relying_party import parties, party, url_origin
from devices.models import Challenge, Passkey
from devices.models.passkey import digest_of

ANSWER_LENGTH = 16_384  # characters of JSON
CREDENTIAL_ID_BYTES = 1023  # WebAuthn Level 3, 7.1 step 25
HANDLE_BYTES = 16  # of a person; passkeys of the authenticator app have random ones of 32
REGISTER = "passkey-add"
Verified = UserVerificationRequirement


@dataclass(frozen=True)
class Registered:
    """A new credential, proved by the authenticator that holds it; nothing is used up yet."""

    challenge: Challenge
    data: AuthenticatorData
    credential: AttestedCredentialData

    @property
    def make(self) -> str:
        """The AAGUID: which product made it, as far as it tells."""
        return str(self.credential.aaguid)

    @property
    def digest(self) -> str:
        """The key under which the row will be found."""
        return digest_of(self.credential.credential_id)

    def row(self, **fields: Any) -> Passkey:
        """Return the row for it, not saved."""
        return Passkey(
            digest=self.digest,
            credential=bytes(self.credential),
            sign_count=self.data.counter,
            is_backup_eligible=self.data.is_backup_eligible(),
            is_backed_up=self.data.is_backed_up(),
            **fields,
        )


@dataclass(frozen=True)
class Answered:
    """A right answer by a known passkey; nothing is used up yet."""

    challenge: Challenge
    passkey: Passkey
    data: AuthenticatorData

    @property
    def counter_began_again(self) -> bool:
        """Whether one that stays on one device counted before, and now says 0."""
        had_count = self.passkey.sign_count and not self.passkey.is_backup_eligible
        return bool(had_count and not self.data.counter)

    def consume(self) -> bool:
        """Use the challenge up and note the counter; False if another answer was first."""
        counter, is_backed_up = self.data.counter, self.data.is_backed_up()
        return self.challenge.consume() and self.passkey.consume(counter, is_backed_up=is_backed_up)


def id_of(passkey: Passkey) -> str:
    """Return the credential id as browsers spell it."""
    return websafe_encode(_credential(passkey).credential_id)


def handle_of(user: User) -> str:
    """Return how browsers know the person: no address, no number."""
    return websafe_encode(user.public_id.bytes)


def _server(rp_id: str = "") -> Fido2Server:
    own = url_origin(settings.PORTAL_ORIGIN)
    entity = PublicKeyCredentialRpEntity(id=rp_id or party(), name=settings.PORTAL_NAME)
    return Fido2Server(entity, verify_origin=lambda told: told == own)


def _credential(passkey: Passkey) -> AttestedCredentialData:
    return AttestedCredentialData(bytes(passkey.credential))


def prepare_registration(user: User, *, binding: str) -> dict[str, Any]:
    """Ask for a new passkey that can stand alone; what holds one that works is left out.

    What holds one that has changed may make another: that is the way to mend it.
    """
    entity = PublicKeyCredentialUserEntity(
        id=user.public_id.bytes, name=user.email, display_name=user.display_name
    )
    options, _state = _server().register_begin(
        entity,
        credentials=[_credential(row) for row in user.passkeys.usable()],
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=Verified.PREFERRED,
        challenge=Challenge.draw(purpose=REGISTER, binding=binding),
    )
    return dict(options)


def verify_registration(answer: str, *, binding: str) -> Registered:
    """Judge the answer of `navigator.credentials.create()`; raises `Refused`."""
    with _refusing():
        given = RegistrationResponse.from_dict(_parse(answer))
        client_data, data = given.response.client_data, given.response.attestation_object.auth_data
        credential = _checked(data)
    challenge = _challenge(client_data, REGISTER, binding)
    with _refusing():
        _server().register_complete(_state(client_data, Verified.PREFERRED), given)
    return Registered(challenge, data, credential)


def prepare_answer(
    passkeys: Sequence[Passkey], *, purpose: str, binding: str, rp_id: str = ""
) -> dict[str, Any]:
    """Ask for one of these passkeys; with none, for any of `rp_id` that can stand alone.

    A browser is asked for those of one relying party: of `rp_id` if any are, else of this host.
    """
    found = [row.rp_id for row in passkeys]
    ours = [each for each in parties() if each in found] if passkeys else parties()
    asked = rp_id if rp_id in ours else ours[0]
    options, _state = _server(asked).authenticate_begin(
        credentials=[_credential(row) for row in passkeys if row.rp_id == asked] or None,
        user_verification=Verified.PREFERRED if passkeys else Verified.REQUIRED,
        challenge=Challenge.draw(purpose=purpose, binding=binding),
    )
    return dict(options)


def verify_answer(answer: str, *, purpose: str, binding: str, user: User | None) -> Answered:
    """Judge the answer of `navigator.credentials.get()`; raises `Refused`.

    Without a `user` the passkey stands alone: it names its owner, and must have verified them.
    """
    with _refusing():
        given = AuthenticationResponse.from_dict(_parse(answer))
    client_data, data = given.response.client_data, given.response.authenticator_data
    challenge = _challenge(client_data, purpose, binding)
    passkey = _passkey(given, user)
    state = _state(client_data, Verified.PREFERRED if user else Verified.REQUIRED)
    try:
        _verify(given, state, passkey)
        if not passkey.user.is_active:
            raise Locked("the account is locked")
    except Refused as refused:
        refused.passkey = passkey
        raise
    return Answered(challenge, passkey, data)


def _verify(given: AuthenticationResponse, state: dict[str, Any], passkey: Passkey) -> None:
    data = given.response.authenticator_data
    _check_flags(data)
    if not passkey.works_here:
        raise Refused("of another host")
    with _refusing():
        _server(passkey.rp_id).authenticate_complete(state, [_credential(passkey)], given)
    _check_same(passkey, data)


def _check_same(passkey: Passkey, data: AuthenticatorData) -> None:
    """Refuse a key whose copies are something else now (WebAuthn Level 3, 7.2 steps 20 and 22).

    The signature was right: the owner is told what changed, and what to do about it.
    """
    if data.is_backup_eligible() != passkey.is_backup_eligible:
        raise Changed(passkey, "synced" if data.is_backup_eligible() else "bound")
    if passkey.counts_back(data.counter):
        raise Changed(passkey, "counter")


def _passkey(given: AuthenticationResponse, user: User | None) -> Passkey:
    rows = Passkey.objects.select_related("user").filter(digest=digest_of(given.raw_id))
    passkey = (rows.filter(user=user) if user else rows).first()
    handle = given.response.user_handle
    if passkey is None:
        _check_ours(handle)
        raise UnknownPasskey(given.id, _party_of(given.response.authenticator_data))
    if handle and handle != passkey.user.public_id.bytes:
        raise Refused("somebody else's")
    if user is None and not handle:
        raise Refused("it does not say whose it is")
    return passkey


def _party_of(data: AuthenticatorData) -> str:
    """Return the relying party that an answer is for, as far as it is one of ours."""
    hashes = {sha256(rp_id.encode()).digest(): rp_id for rp_id in parties()}
    return hashes.get(bytes(data.rp_id_hash), party())


def _check_ours(handle: bytes | None) -> None:
    """Refuse what opens a lock or a backup in the app, and is at this host as well.

    It signs nobody in, and must not be called unknown: the browser would delete it for good.
    """
    if not handle:
        raise Refused("nobody's")
    if len(handle) != HANDLE_BYTES:
        raise OfTheApp("not one that signs anybody in")


def _challenge(client_data: CollectedClientData, purpose: str, binding: str) -> Challenge:
    challenge = Challenge.find(client_data.challenge, purpose=purpose, binding=binding)
    if challenge is None:
        raise Refused("asked too long ago, elsewhere, or answered already")
    if client_data.cross_origin:
        raise Refused("asked inside a page of another site")
    return challenge


def _state(client_data: CollectedClientData, verified: Verified) -> dict[str, Any]:
    """Return what the library keeps between question and answer; our row has found it equal."""
    return {"challenge": websafe_encode(client_data.challenge), "user_verification": verified}


def _checked(data: AuthenticatorData) -> AttestedCredentialData:
    """Return the new credential if it is one that was asked for."""
    _check_flags(data)
    credential = data.credential_data
    if credential is None or len(credential.credential_id) > CREDENTIAL_ID_BYTES:
        raise Refused("no credential")
    if credential.public_key.get(3) not in CoseKey.supported_algorithms():
        raise Refused("an algorithm that was not asked for")
    return credential


def _check_flags(data: AuthenticatorData) -> None:
    """Refuse a passkey that says it is backed up and cannot be (WebAuthn Level 3, 6.1.3)."""
    if data.is_backed_up() and not data.is_backup_eligible():
        raise Refused("flags that contradict each other")


def _parse(answer: str) -> dict[str, Any]:
    response = json.loads(answer) if len(answer) <= ANSWER_LENGTH else None
    if not isinstance(response, dict):
        raise Refused("not an object")
    return response


@contextmanager
def _refusing() -> Iterator[None]:
    """Refuse whatever the library stumbles over: it reads bytes that anybody may have written."""
    try:
        yield
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        RuntimeError,  # nested too deep, not implemented
        TypeError,
        UnsupportedAlgorithm,
        ValueError,
    ) as error:
        raise Refused("not an answer to this question") from error
