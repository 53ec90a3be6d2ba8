"""The kinds of events of what staff do, and what their own activity tells; see `event_kinds`."""

from accounts.activity.effects import Effect, Kind
from core.i18n import gettext_lazy as _

STAFF: dict[str, Kind] = {
    "account:frozen": Kind(
        _("Account frozen by staff"),
        "snowflake",
        "look",
        notice=True,
        effect=Effect.PROTECTION_CHANGED,
    ),
    "account:locked": Kind(
        _("Account locked by staff"), "lock", "look", notice=True, effect=Effect.PROTECTION_CHANGED
    ),
    "account:named_by_staff": Kind(
        _("Name corrected by staff: {name}"), "users", "look", notice=True
    ),
    "account:role_given": Kind(
        _("Role on the staff pages is now {role}"),
        "users",
        "look",
        notice=True,
        effect=Effect.PROTECTION_CHANGED,
    ),
    "account:staff_granted": Kind(
        _("Made a member of staff"), "users", "look", notice=True, effect=Effect.PROTECTION_CHANGED
    ),
    "account:staff_revoked": Kind(
        _("No longer a member of staff"),
        "users",
        "look",
        notice=True,
        effect=Effect.PROTECTION_CHANGED,
    ),
    "account:unlocked": Kind(
        _("Account unlocked by staff"),
        "lock-open",
        "look",
        notice=True,
        effect=Effect.PROTECTION_CHANGED,
    ),
    "organisation:added": Kind(_("Organisation {organisation} added"), "users"),
    "organisation:changed": Kind(
        _("Details of {organisation} changed"), "users", "look", notice=True
    ),
    "organisation:restored": Kind(
        _("The rules of {organisation} are as before again"), "users", "ok", notice=True
    ),
    "organisation:left": Kind(
        _("No longer a member of {organisation}"), "users", "look", notice=True
    ),
    "organisation:manager_given": Kind(
        _("Made a manager of {organisation} by staff"), "users", "look", notice=True
    ),
    "organisation:manager_taken": Kind(
        _("No longer a manager of {organisation}"), "users", "look", notice=True
    ),
    "passkey:removed_by_staff": Kind(
        _("Passkey {passkey} removed by staff"),
        "key-round",
        "look",
        notice=True,
        effect=Effect.PROTECTION_CHANGED,
        counts=("sessions",),
    ),
    "password:required_by_staff": Kind(
        _("New password required by staff"),
        "key-round",
        "look",
        notice=True,
        effect=Effect.PROTECTION_CHANGED,
    ),
    "phone:unlinked_by_staff": Kind(
        _("{phone} unlinked by staff"),
        "smartphone",
        "look",
        notice=True,
        effect=Effect.PROTECTION_CHANGED,
        counts=("sessions", "trusted"),
    ),
    "recovery_codes:discarded_by_staff": Kind(
        _("Recovery codes revoked by staff"),
        "file-text",
        "look",
        notice=True,
        effect=Effect.PROTECTION_CHANGED,
    ),
    "session:ended_by_staff": Kind(
        _("{browser} signed out by staff"), "log-out", "look", notice=True
    ),
    "sessions:ended_by_staff": Kind(
        _("Signed out everywhere by staff"), "log-out", "look", notice=True
    ),
    "staff:asked": Kind(
        _("Staff asked a colleague to approve removing your last strong sign-in method"),
        "users",
        "look",
        notice=True,
    ),
    "staff:exported": Kind(_("You exported the log of staff"), "users"),
    "staff:gave_role": Kind(
        _("You gave {name} this role on the staff pages: {role}"), "users", "look", notice=True
    ),
    "staff:looked": Kind(_("Staff looked at the account"), "users"),
    "staff:noted": Kind(_("Staff wrote a note about the account"), "users"),
    "staff:offered_case": Kind(
        _("Staff sent a link to {address}, by which somebody can ask for this account"),
        "users",
        "look",
        notice=True,
    ),
    "staff:sent_reset": Kind(
        _("Staff sent a link for a new password to {address}"), "users", "look", notice=True
    ),
    "staff:set_manager": Kind(
        _("You changed who manages {organisation}: {name}"), "users", "look", notice=True
    ),
    "work:approved": Kind(
        _("Staff let you set up your account with {organisation}"), "users", "look", notice=True
    ),
    "work:declined": Kind(
        _("Staff declined a new code for your account with {organisation}"),
        "users",
        "look",
        notice=True,
    ),
    "work:ended": Kind(
        _("Account with {organisation} ended by staff"),
        "users",
        "look",
        notice=True,
        effect=Effect.PROTECTION_CHANGED,
    ),
}
