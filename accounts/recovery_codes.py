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

from accounts import bindings, disputes, events
from accounts.binding_kinds import CODES
from accounts.bindings import Ground
from accounts.models import RecoveryCode, RecoveryCodeSet, User
from accounts.signals import protection_changed
from accounts.ways import letters_and_digits
from portal.crypto import CannotUnseal, seal, unseal
from portal.http import Client
from portal.words import gettext_lazy as _

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SLIPS = str.maketrans("OIL", "011")
LENGTH = 16
LOCATOR = 2
OLDER_SETS_KNOWN = 2


@dataclass(frozen=True)
class Summary:
    """What an account has: codes left in all live sets, the newest set and its date."""

    left: int
    made_at: datetime | None
    confirmed: bool
    newest: RecoveryCodeSet | None


def summary(user: User) -> Summary:
    """Count the unused codes of the live sets, in one query."""
    from_sets = user.recovery_code_sets.live().with_left().order_by("-pk")
    sets = list(from_sets)
    newest = sets[0] if sets else None
    return Summary(
        left=sum(getattr(row, "left_count", 0) for row in sets),
        made_at=newest.created_at if newest else None,
        confirmed=bool(newest and newest.confirmed_at),
        newest=newest,
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
            _("This does not match any sheet. Compare each character; this did not use a code up."),
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
def renew(user: User, drawn: Drawn, *, ground: Ground, client: Client) -> RecoveryCodeSet:
    """Make a set in a session, tell the person, and end their other sessions.

    As long as the set can be taken back and no strong sign-in asks for it, which is so without
    two-step, the older set stays valid: taking this one back has to leave it.
    """
    session, older_ends_at = ground.session, ground.trusted_from
    if ground.undo_until and not user.has_two_step:
        undo_until = max(ground.undo_until, timezone.now() + settings.CHANGE_UNDO_AGE)
        ground = replace(ground, undo_until=undo_until)
    lives_until = None if ground.held_until else ground.undo_until
    code_set = store(
        user, drawn, older_ends_at=older_ends_at, lives_until=lives_until, shown_to=session
    )
    factor = f"accounts.set:{code_set.pk}"
    binding = bindings.note(user, CODES, factor, ground=ground, waits=True)
    told = bindings.told(binding)
    events.record(user, "recovery_codes:made", client=client, session=session, **told)
    protection_changed.send(User, user=user, keep=session)
    return code_set


def store(
    user: User,
    drawn: Drawn,
    *,
    older_ends_at: datetime,
    shown_to: str,
    lives_until: datetime | None = None,
) -> RecoveryCodeSet:
    """Replace the person's set by a new one.

    The older set ends now, or if `older_ends_at` lies in the future, which means that the new one
    is held, stays until the owner has chosen at a strong sign-in. One that nobody asks for but that
    can be taken back leaves it until `lives_until`. The codes can be shown to the
    session `shown_to` until one was typed back, for `RECOVERY_CODES_SHOWN_FOR`.
    """
    with transaction.atomic():
        disputes.take_turn(user)
        # A sign-in that uses one of their codes up is waited for, and its session found.
        list(user.recovery_code_sets.live().order_by("pk").select_for_update())
        if lives_until:
            _outlive(user, lives_until)
        code_set = _replace_set(
            user, is_held=older_ends_at > timezone.now(), outlives=bool(lives_until)
        )
        _keep_shown(code_set, drawn.codes, shown_to)
        RecoveryCode.objects.bulk_create(
            RecoveryCode(code_set=code_set, locator=code[:LOCATOR], hash=hashed)
            for code, hashed in zip(drawn.codes, drawn.hashes, strict=True)
        )
    return code_set


def _outlive(user: User, until: datetime) -> None:
    """Let the sets stay valid that nobody could take back; the others end with the next one.

    Else whoever knows the password would make a sheet today that counts beside it tomorrow.
    """
    open_subjects = set(user.bindings.revocable().values_list("subject", flat=True))
    for row in user.recovery_code_sets.live():
        if f"accounts.set:{row.pk}" not in open_subjects:
            ends_at = max(row.ends_at or until, until)
            changes = {"ends_at": ends_at, "is_kept": False, "shown_sealed": None}
            user.recovery_code_sets.filter(pk=row.pk).update(**changes)


def _replace_set(user: User, *, is_held: bool, outlives: bool) -> RecoveryCodeSet:
    now = timezone.now()
    lasting = user.recovery_code_sets.filter(ends_at__isnull=True)
    has_kept = is_held and lasting.filter(is_kept=True).exists()
    # A set that stays beside this one does so until its owner chooses. If one stays already, the
    # others were made without a strong proof as well, and only the newest of them counts.
    if is_held and not has_kept:
        lasting.update(is_kept=True, shown_sealed=None)
    gone = lasting.filter(is_kept=False) if is_held else lasting
    subjects = [f"accounts.set:{pk}" for pk in gone.values_list("pk", flat=True)]
    gone.update(ends_at=now, is_kept=False, shown_sealed=None)
    if not is_held and not outlives:
        user.recovery_code_sets.live().update(ends_at=now)
    bindings.forget_subjects(user, subjects)
    older = list(user.recovery_code_sets.order_by("-pk").values_list("pk", flat=True))
    user.recovery_code_sets.filter(pk__in=older[OLDER_SETS_KNOWN:], ends_at__lte=now).delete()
    return user.recovery_code_sets.create()


def end_all(user: User) -> None:
    """Let no code of the person count any more."""
    live = user.recovery_code_sets.live()
    bindings.forget_subjects(user, [f"accounts.set:{row.pk}" for row in live])
    live.update(ends_at=timezone.now(), is_kept=False, shown_sealed=None)


def _keep_shown(code_set: RecoveryCodeSet, codes: list[str], shown_to: str) -> None:
    code_set.shown_sealed = seal(json.dumps(codes).encode(), context=_context(code_set))
    code_set.shown_until = timezone.now() + settings.RECOVERY_CODES_SHOWN_FOR
    code_set.shown_to = shown_to
    code_set.save(update_fields=["shown_sealed", "shown_until", "shown_to"])


def _context(code_set: RecoveryCodeSet) -> str:
    return f"accounts.recoverycodeset:{code_set.public_id}"


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


def confirm(code_set: RecoveryCodeSet) -> bool:
    """Note that one code was typed back; the codes cannot be shown any more."""
    rows = RecoveryCodeSet.objects.live().filter(pk=code_set.pk)
    return rows.update(confirmed_at=timezone.now(), shown_sealed=None) == 1


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
    if row and row.code_set.ends_at and row.code_set.ends_at <= timezone.now():
        message = _("This code belongs to an older sheet. Use a code of the newest one.")
        raise ValidationError(message, code="older_set")
    return row
