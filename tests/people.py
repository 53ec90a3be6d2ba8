"""The people of the tests: what they know, what they hold, and how they sign in."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import time_machine
from django.conf import settings
from django.test import Client, override_settings
from django.utils import timezone

from accounts.authentication.browser_trust import METHOD
from accounts.authentication.factors import pending_recovery_codes, recovery_codes
from accounts.authentication.proofs import Proof, Strength, store_proofs
from accounts.models import EmailAddress, PhoneNumber, RecoveryCode, User
from devices.factors import webauthn
from devices.models import Authenticator, Passkey, Phone, Session, TrustedBrowser
from devices.models.authenticator import codes_of, step_now
from devices.sessions import trust_cookies
from tests.authenticator import SoftPasskey
from tests.live import fresh_address, fresh_number

PASSWORD = "correct horse battery staple"


@dataclass
class Person:
    """Somebody with an account, and everything that only they know."""

    user: User
    password: str = PASSWORD
    codes: list[str] = field(default_factory=list)
    soft: SoftPasskey = field(default_factory=SoftPasskey)

    @property
    def address(self) -> str:
        """The address to sign in with."""
        return self.user.email

    @property
    def phone(self) -> Phone:
        """The phone that was linked first."""
        return self.user.phones.linked().order_by("pk")[0]

    @property
    def authenticator(self) -> Authenticator:
        """The authenticator on that phone."""
        return self.phone.authenticators.get(enrolment__isnull=True)

    def code(self, shift: int = 0) -> str:
        """What the phone shows now, or `shift` time steps from now."""
        return code_of(self.authenticator, shift)

    def fresh_code(self) -> str:
        """A code of the window that was not used yet; there are three, then the clock must move."""
        let_the_period_turn()
        authenticator, now = self.authenticator, step_now()
        window = settings.AUTHENTICATOR_WINDOW
        for step in range(now - window, now + window + 1):
            if step > authenticator.last_step:
                return codes_of(authenticator.secret, [step])[0]
        raise AssertionError("every code of the window is used up; move the clock")

    def wrong_code(self) -> str:
        """Six digits that are right at no step near the present one."""
        now = step_now()
        near = set(codes_of(self.authenticator.secret, list(range(now - 10, now + 11))))
        return next(code for code in (f"{number:06d}" for number in range(30)) if code not in near)

    def kinds(self) -> list[str]:
        """What happened to the account, oldest first."""
        return list(self.user.events.order_by("pk").values_list("kind", flat=True))

    def reload(self) -> User:
        """Read the account again."""
        self.user = User.objects.get(pk=self.user.pk)
        return self.user


def let_the_period_turn() -> None:
    """Wait out the last two seconds of a period, in which the oldest code is about to end."""
    period = settings.AUTHENTICATOR_PERIOD.total_seconds()
    left = period - time.time() % period
    if left < 2 and not time_machine.escape_hatch.is_travelling():
        time.sleep(left)


def code_of(authenticator: Authenticator, shift: int = 0) -> str:
    """What an authenticator shows now, or `shift` time steps from now."""
    return codes_of(authenticator.secret, [step_now() + shift])[0]


def make_person(name: str, **fields: Any) -> Person:
    """Make somebody with a password and a confirmed address."""
    address = fresh_address(name)
    user = User.objects.create_user(address, PASSWORD, name=name.capitalize(), **fields)
    return Person(user)


def give_phone(person: Person, name: str = "Pixel 8", **fields: Any) -> Authenticator:
    """Link a phone, as if long ago; `fields` are those of its authenticator."""
    user = person.user
    phone = Phone.objects.create(user=user, name=name, linked_at=timezone.now())
    authenticator = Authenticator(user=user, phone=phone, name="authenticator", **fields)
    authenticator.draw_secret()
    authenticator.save()
    return authenticator


def give_passkey(person: Person, name: str = "Blue key", **fields: Any) -> SoftPasskey:
    """Add a passkey, as if long ago; `fields` are those of the software that keeps it."""
    soft, binding = SoftPasskey(**fields), "given"
    question = webauthn.prepare_registration(person.user, binding=binding)
    answer = json.dumps(soft.create(question))
    registered = webauthn.verify_registration(answer, binding=binding)
    registered.challenge.consume()
    registered.row(user=person.user, name=name).save()
    person.soft = soft
    return soft


def the_passkey(person: Person) -> Passkey:
    """A passkey of the person; they get one if they have none."""
    if not person.user.passkeys.exists():
        give_passkey(person)
    row: Passkey = person.user.passkeys.earliest("pk")
    return row


def the_session(person: Person) -> Session:
    """A browser in which the person is signed in; they sign in if there is none."""
    if not person.user.sessions.exists():
        enter(Client(), person, Strength.TWO_STEP)
    row: Session = person.user.sessions.earliest("pk")
    return row


def give_codes(person: Person) -> list[str]:
    """Save a set of recovery codes, typed back.

    Their hashes name the quick parameters they were made with, so that the running site, which
    makes its own as slow as they should be, takes these as it takes old ones.
    """
    with override_settings(PASSWORD_HASHERS=["tests.hashers.QuickHasher"]):
        drawn = recovery_codes.draw()
    if person.user.recovery_code_sets.exists():
        pending_recovery_codes.mark_confirmed(recovery_codes.store(person.user, drawn, shown_to=""))
    else:
        _give_first_codes(person, drawn)
    person.codes = [recovery_codes.grouped(code) for code in drawn.codes]
    return person.codes


def _give_first_codes(person: Person, drawn: recovery_codes.Drawn) -> None:
    """Write what is left of making a set and typing a code back, where there is none to replace."""
    code_set = person.user.recovery_code_sets.create(confirmed_at=timezone.now())
    RecoveryCode.objects.bulk_create(
        RecoveryCode(code_set=code_set, locator=code[: recovery_codes.LOCATOR], hash=hashed)
        for code, hashed in zip(drawn.codes, drawn.hashes, strict=True)
    )


def give_address(person: Person) -> EmailAddress:
    """Add a second confirmed address."""
    address, now = fresh_address("second"), timezone.now()
    return EmailAddress.objects.create(user=person.user, address=address, verified_at=now)


def give_number(person: Person) -> PhoneNumber:
    """Add a confirmed phone number."""
    number, now = fresh_number(), timezone.now()
    return PhoneNumber.objects.create(user=person.user, number=number, verified_at=now)


def protected(name: str, **fields: Any) -> Person:
    """Make somebody with two-step on: an authenticator app and recovery codes."""
    person = make_person(name, two_step_since=timezone.now(), **fields)
    give_phone(person)
    give_codes(person)
    return person


def proved(person: Person, strength: Strength) -> list[Proof]:
    """Return the proofs that a sign-in of this strength leaves, given just now."""
    password = Proof.now("password", Strength.PASSWORD)
    if strength == Strength.PASSWORD:
        return [password]
    if strength == Strength.RECOVERED:
        address = person.user.email_addresses.verified().order_by("pk")[0]
        return [password, Proof.now("email", strength, f"accounts.email:{address.pk}")]
    return [password, Proof.now("authenticator", strength, person.authenticator.factor)]


def enter(client: Client, person: Person, strength: Strength | Sequence[Proof]) -> Client:
    """Give the browser a session that proved this much, without the pages of the sign-in."""
    client.force_login(person.user)
    session = client.session
    proofs = proved(person, strength) if isinstance(strength, Strength) else list(strength)
    store_proofs(session, proofs)
    session.save()
    return client


def trust(client: Client, person: Person, **fields: Any) -> TrustedBrowser:
    """Let the person trust this browser, as if some time ago; no session is opened."""
    value, user = trust_cookies.new_value(), person.user
    given = {
        "name": "Firefox on Linux",
        "digest": trust_cookies.digest_of(value, user),
        "family": trust_cookies.family_of(value, user),
        "expires_at": timezone.now() + timedelta(days=settings.TRUSTED_BROWSER_DAYS),
        **fields,
    }
    client.cookies[trust_cookies.cookie_name(user)] = value
    return TrustedBrowser.objects.create(user=person.user, **given)


def enter_by_trust(client: Client, person: Person) -> Client:
    """Give the browser a session that a trusted browser opened, without a second step."""
    row = trust(client, person)
    proof = Proof.now(METHOD, Strength.PASSWORD, row.factor)
    enter(client, person, [*proved(person, Strength.PASSWORD), proof])
    public_id = client.session.public_id  # type: ignore[attr-defined] # it is our engine's
    Session.objects.filter(public_id=public_id).update(trusted=row)
    return client


def lose(client: Client, person: Person) -> Any:
    """Report the first phone as lost at the desk; the answer."""
    return client.post("/devices/lost/", {"phone": person.phone.public_id})


def sign_in(client: Client, person: Person) -> Any:
    """Sign in through the pages, with the authenticator app if two-step is on; the last answer."""
    answer = client.post("/sign-in/", {"email": person.address, "password": person.password})
    if not person.user.has_two_step:
        return answer
    return client.post("/sign-in/authenticator/", {"code": person.fresh_code()})
