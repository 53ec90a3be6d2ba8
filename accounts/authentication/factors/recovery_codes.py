"""Making, spelling and finding saved recovery codes.

Sixteen characters of Crockford's base 32: two to find the row, thirteen random (65 bits), one to
catch typos. Below 112 bits a slow salted hash is required (NIST SP 800-63B-4 3.1.2.2); that is the
password hasher.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from secrets import choice

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.activity import events
from accounts.activity.origin import Origin
from accounts.authentication.methods import letters_and_digits
from accounts.holds import bindings, disputes
from accounts.holds.bindings import Ground
from accounts.holds.kinds import CODES
from accounts.models import EventKind, RecoveryCode, RecoveryCodeSet, User
from accounts.models.recovery_code import RecoveryCodeSetQuerySet
from core.i18n import gettext_lazy as _
from core.keys.crypto import CannotUnseal, seal, unseal

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SLIPS = str.maketrans("OIL", "011")
LENGTH = 16
LOCATOR = 2
OLDER_SETS_KNOWN = 2


@dataclass(frozen=True)
class Summary:
    """What an account has: the codes left, and the set in use with its date.

    `pending` is the set that takes its place once one of its codes was typed back.
    """

    left: int
    made_at: datetime | None
    confirmed: bool
    newest: RecoveryCodeSet | None
    pending: RecoveryCodeSet | None = None

    @property
    def is_replaceable(self) -> bool:
        """Whether there is an older set to go on with if the pending one is discarded."""
        return self.newest is not None and self.newest != self.pending


def summary(user: User) -> Summary:
    """Count the unused codes of the live sets, in one query; a pending one counts if alone."""
    sets = list(user.recovery_code_sets.live().with_left().order_by("-pk"))
    pending = next((row for row in sets if row.is_pending), None)
    if any(getattr(row, "left_count", 0) for row in sets if row != pending):
        sets = [row for row in sets if row != pending]
    newest = sets[0] if sets else None
    return Summary(
        left=sum(getattr(row, "left_count", 0) for row in sets),
        made_at=newest.created_at if newest else None,
        confirmed=bool(newest and newest.confirmed_at),
        newest=newest,
        pending=pending,
    )


def check_character(body: str) -> str:
    """Return the Luhn mod 32 character, which catches every single slip and most swaps."""
    total = 0
    for index, character in enumerate(reversed(body)):
        value = ALPHABET.index(character) * (2 if index % 2 == 0 else 1)
        total += value // 32 + value % 32
    return ALPHABET[-total % 32]


def clean(typed: str) -> str:
    """Return the sixteen characters whatever the case, blanks, hyphens or O/0, I/L/1 slips.

    Raises `ValidationError` for what cannot be a code; nothing is looked up then.
    """
    code = letters_and_digits(typed.upper()).translate(SLIPS)
    if len(code) != LENGTH or set(code) - set(ALPHABET):
        raise ValidationError(
            _("A recovery code has sixteen letters and digits, in four groups of four."),
            code="format",
        )
    if check_character(code[:-1]) != code[-1]:
        raise ValidationError(
            _("This code isn’t on any of your sheets. Check each character. No code was used up."),
            code="format",
        )
    return code


def grouped(code: str) -> str:
    """Write the code as it is printed: `K7QM-2F9T-H4XW-8C3R`."""
    return "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))


def _draw(count: int) -> list[str]:
    locators: set[str] = set()
    while len(locators) < count:
        locators.add(choice(ALPHABET) + choice(ALPHABET))
    bodies = [
        locator + "".join(choice(ALPHABET) for _each in range(LENGTH - LOCATOR - 1))
        for locator in sorted(locators)
    ]
    return [body + check_character(body) for body in bodies]


@dataclass(frozen=True)
class Drawn:
    """Fresh codes and their hashes."""

    codes: list[str]
    hashes: list[str]


def draw() -> Drawn:
    """Draw a set of codes and hash each; slow, so call it before any lock is taken."""
    codes = _draw(settings.RECOVERY_CODES_A_SET)
    return Drawn(codes, [make_password(code) for code in codes])


@transaction.atomic
def renew(user: User, drawn: Drawn, *, ground: Ground, origin: Origin) -> RecoveryCodeSet:
    """Make a set in a session, tell the person, and end their other sessions.

    An older set with codes left stays valid: until one code of this one was typed back, or, if
    this one is held, until the owner has chosen.
    """
    if ground.undo_until and not user.has_two_step:
        undo_until = max(ground.undo_until, timezone.now() + settings.CHANGE_UNDO_AGE)
        ground = replace(ground, undo_until=undo_until)
    code_set = store(user, drawn, is_held=ground.held_until is not None, shown_to=ground.session)
    factor = code_set.factor
    binding = bindings.note(user, CODES, factor, ground=ground, waits=True)
    told = bindings.told(binding)
    events.record(user, EventKind.RECOVERY_CODES_MADE, origin=origin, **told)
    return code_set


def store(user: User, drawn: Drawn, *, shown_to: str, is_held: bool = False) -> RecoveryCodeSet:
    """Add a new set beside the one in use, which it replaces when it is confirmed.

    One that is held does not replace any: the owner chooses at a strong sign-in. The codes can be
    shown to the session `shown_to` until one was typed back, for `RECOVERY_CODES_SHOWN_FOR`.
    """
    with transaction.atomic():
        disputes.lock_for_update(user)
        # A sign-in that uses one of their codes up is waited for, and its session found.
        list(user.recovery_code_sets.live().order_by("pk").select_for_update())
        code_set = _add_held_set(user) if is_held else _add_set(user)
        _keep_shown(code_set, drawn.codes, shown_to)
        RecoveryCode.objects.bulk_create(
            RecoveryCode(code_set=code_set, locator=code[:LOCATOR], hash=hashed)
            for code, hashed in zip(drawn.codes, drawn.hashes, strict=True)
        )
    return code_set


def _add_set(user: User) -> RecoveryCodeSet:
    """Add a set that replaces the others: at once if none of their codes is left."""
    live = user.recovery_code_sets.live()
    others = live.filter(is_pending=False)
    is_pending = others.with_any_left().exists()
    # Only the newest of several pending sets can be confirmed.
    end(user, live.filter(is_pending=True) if is_pending else live)
    return _create(user, is_pending=is_pending)


def _add_held_set(user: User) -> RecoveryCodeSet:
    """Add a set that stays beside the older one until its owner chooses.

    If one stays already, the others were made without a strong proof as well, and only the newest
    of them counts. A pending set is left alone: it was made on a better proof.
    """
    lasting = user.recovery_code_sets.filter(ends_at__isnull=True, is_pending=False)
    if lasting.filter(is_kept=True).exists():
        end(user, lasting.filter(is_kept=False))
    else:
        lasting.update(is_kept=True, shown_sealed=None)
    return _create(user, is_pending=False)


def _create(user: User, *, is_pending: bool) -> RecoveryCodeSet:
    older = list(user.recovery_code_sets.order_by("-pk").values_list("pk", flat=True))
    ended = user.recovery_code_sets.filter(ends_at__lte=timezone.now())
    ended.filter(pk__in=older[OLDER_SETS_KNOWN:]).delete()
    return user.recovery_code_sets.create(is_pending=is_pending)


def end(user: User, sets: RecoveryCodeSetQuerySet) -> None:
    """Let no code of these sets count any more."""
    subjects = sets.factors()
    sets.end()
    bindings.forget_subjects(user, subjects)


def end_all(user: User) -> None:
    """Let no code of the person count any more."""
    end(user, user.recovery_code_sets.live())


def _keep_shown(code_set: RecoveryCodeSet, codes: list[str], shown_to: str) -> None:
    code_set.shown_sealed = seal(json.dumps(codes).encode(), context=_context(code_set))
    code_set.shown_until = timezone.now() + settings.RECOVERY_CODES_SHOWN_FOR
    code_set.shown_to = shown_to
    code_set.save(update_fields=["shown_sealed", "shown_until", "shown_to"])


def _context(code_set: RecoveryCodeSet) -> str:
    return f"accounts.recoverycodeset:{code_set.public_id}"


def sheet(held: Summary, *, to: str) -> tuple[RecoveryCodeSet | None, list[str] | None]:
    """Return the newest set whose codes this session may see, and the codes."""
    sets = {row.pk: row for row in (held.pending, held.newest) if row}
    for _pk, row in sorted(sets.items(), reverse=True):
        if codes := shown(row, to=to):
            return row, codes
    return held.pending or held.newest, None


def shown(code_set: RecoveryCodeSet | None, *, to: str) -> list[str] | None:
    """Return the codes of a set for as long as they may be shown to this session."""
    if code_set is None or code_set.shown_sealed is None or code_set.shown_until is None:
        return None
    if code_set.shown_to != to or code_set.shown_until <= timezone.now():
        return None
    try:
        plain = unseal(bytes(code_set.shown_sealed), context=_context(code_set))
    except CannotUnseal:
        return None
    return [grouped(code) for code in json.loads(plain)]


def _match(unused: list[RecoveryCode], code: str) -> RecoveryCode | None:
    """Return the code that this is, with one slow hash for each set, whatever was typed.

    Else the time would tell whether a set has a code that begins with these characters.
    """
    found: RecoveryCode | None = None
    for code_set in {row.code_set_id: None for row in unused}:
        of_set = (row for row in unused if row.code_set_id == code_set)
        row = next((row for row in of_set if row.locator == code[:LOCATOR]), None)
        if row is None:
            make_password(code)
        elif check_password(code, row.hash):
            found = found or row
    return found


def find(user: User, code: str, within: RecoveryCodeSet | None = None) -> RecoveryCode | None:
    """Return the unused code of a live set that this is.

    Raises `ValidationError` if it belongs to a set that was replaced: the person holds the wrong
    sheet and should be told.
    """
    rows = RecoveryCode.objects.filter(code_set__user=user, used_at__isnull=True)
    rows = rows.select_related("code_set").order_by("-pk")
    if within is not None:
        rows = rows.filter(code_set=within)
    row = _match(list(rows), code)
    if row and not row.code_set.is_live:
        message = _("This code is from an older sheet. Use a code from the newest one.")
        if not user.recovery_code_sets.live().filter(pk__gt=row.code_set_id).exists():
            message = _("This code is from a sheet that no longer works. Use another one.")
        raise ValidationError(message, code="older_set")
    return row


def to_check(user: User) -> list[RecoveryCodeSet]:
    """Return the live sets of which a code may be typed back, newest first."""
    sets = list(user.recovery_code_sets.live().order_by("-pk"))
    return [row for row in sets if row.confirmed_at is None] or sets[:1]
