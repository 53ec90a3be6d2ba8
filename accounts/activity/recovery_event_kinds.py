"""The kinds of events of recovery: cases, contacts, holds, disputes; see `event_kinds`."""

from accounts.activity.effects import Effect, Kind
from core.i18n import gettext_lazy as _

RECOVERY: dict[str, Kind] = {
    "dispute:begun": Kind(
        _("{phone} was reported lost, then taken back. Your account is in dispute"),
        "shield-alert",
        "loss",
        notice=True,
        effect=Effect.PROTECTION_CHANGED,
    ),
    "dispute:decided": Kind(
        _("The dispute over your account was decided"),
        "shield-check",
        "look",
        notice=True,
        effect=Effect.PROTECTION_CHANGED,
    ),
    "dispute:decided_by_staff": Kind(
        _("The dispute over your account was decided by staff"),
        "users",
        "look",
        notice=True,
        effect=Effect.PROTECTION_CHANGED,
    ),
    "dispute:ended": Kind(
        _("The dispute over your account has expired"), "shield-check", "look", notice=True
    ),
    "hold:cancelled": Kind(
        _("Undone: {methods}"), "shield-off", "look", notice=True, effect=Effect.PROTECTION_CHANGED
    ),
    "hold:ended": Kind(
        _("New sign-in methods are fully active"), "shield-check", "look", notice=True
    ),
    "hold:kept": Kind(_("Kept: {method}"), "shield-check", "look", notice=True),
    "case:approved": Kind(
        _("Request to recover the account approved"),
        "life-buoy",
        "loss",
        notice=True,
    ),
    "case:declined": Kind(
        _("Request to recover the account declined by staff"), "life-buoy", notice=True
    ),
    "case:done": Kind(
        _("Account recovered with a new password"),
        "life-buoy",
        "loss",
        notice=True,
        effect=Effect.PROTECTION_CHANGED,
    ),
    "case:backed": Kind(
        _("{organisation} says it is you who asks"), "life-buoy", "loss", notice=True
    ),
    "case:opposed": Kind(
        _("{organisation} says it isn’t you who asks"), "life-buoy", "loss", notice=True
    ),
    "case:doubted": Kind(
        _("Recovery contact {address} says it isn’t you who asks"),
        "life-buoy",
        "loss",
        notice=True,
    ),
    "case:expired": Kind(_("Request to recover the account expired"), "life-buoy", notice=True),
    "case:opened_for": Kind(
        _("Somebody asked to recover the account, reachable at {address}"),
        "life-buoy",
        "loss",
        notice=True,
    ),
    "case:proved": Kind(
        _("Request to recover the account ended by this sign-in"), "life-buoy", "ok", notice=True
    ),
    "case:reminded": Kind(
        _("Request to recover the account can be approved soon"),
        "life-buoy",
        "loss",
        notice=True,
    ),
    "case:stopped": Kind(
        _("Request to recover the account stopped"), "life-buoy", "ok", notice=True
    ),
    "case:supported": Kind(
        _("Request to recover the account approved by a first officer"),
        "life-buoy",
        "loss",
        notice=True,
    ),
    "case:vouched": Kind(
        _("Recovery contact {address} says it is you who asks"),
        "life-buoy",
        "loss",
        notice=True,
    ),
    "case:withdrawn": Kind(_("Request to recover the account withdrawn"), "life-buoy", notice=True),
    "organisation:spoke": Kind(
        _("You said for {organisation} who asks for the account of {name}"),
        "life-buoy",
        "look",
        notice=True,
    ),
    "recovery_contact:agreed": Kind(
        _("Recovery contact {address} agreed"), "users", "look", notice=True
    ),
    "recovery_contact:answered": Kind(
        _("You answered as the recovery contact of {name}"), "users", "look", notice=True
    ),
    "recovery_contact:asked": Kind(
        _("Recovery contact {address} asked to agree"), "users", "look", notice=True
    ),
    "recovery_contact:declined": Kind(
        _("Recovery contact {address} declined"), "users", notice=True
    ),
    "recovery_contact:left": Kind(
        _("Recovery contact {address} stopped"), "users", "look", notice=True
    ),
    "recovery_contact:removed": Kind(
        _("Recovery contact {address} removed"), "users", "look", notice=True
    ),
}
