"""The kinds of events, and how the activity and the notices show each.

The kinds themselves are `accounts.models.EventKind`. A kind with a notice has a directory of the
same name (":" is "_" there) under `templates/email/`.
"""

from accounts.activity.effects import Effect, Kind
from accounts.activity.recovery_event_kinds import RECOVERY
from accounts.activity.staff_event_kinds import STAFF
from core.i18n import gettext_lazy as _

NOTHING, SET_UP, PROTECTION = Effect


KINDS: dict[str, Kind] = {
    **RECOVERY,
    **STAFF,
    "account:created": Kind(_("Account created"), "user"),
    "account:recovered_on_host": Kind(
        _("Second steps removed by the operator"),
        "life-buoy",
        "look",
        notice=True,
        effect=PROTECTION,
    ),
    "address:added": Kind(
        _("E-mail address {address} added"), "mail", "look", notice=True, effect=SET_UP
    ),
    "address:primary": Kind(
        _("Sign-in address is now {address}"), "mail", "look", notice=True, effect=SET_UP
    ),
    "address:removed": Kind(
        _("E-mail address {address} removed"), "mail", "look", notice=True, effect=SET_UP
    ),
    "app:asked": Kind(_("{phone} asked to open your backup"), "life-buoy", "look", notice=True),
    "app:linked": Kind(_("Authenticator app on {phone} linked"), "smartphone", "ok", notice=True),
    "app:silent": Kind(
        _("No new backup from {phone} for a while"), "triangle-alert", "look", notice=True
    ),
    "app:locked": Kind(
        _("{phone} locked the accounts in its app"), "smartphone", "look", notice=True
    ),
    "app:stopped": Kind(_("{phone} may no longer open your backup"), "shield-off", "look"),
    "app:unlocked": Kind(_("{phone} unlocked the accounts in its app"), "smartphone", "ok"),
    "app:wipe_asked": Kind(
        _("{phone} has to erase the accounts in its app"), "smartphone", "look", notice=True
    ),
    "app:wipe_called_off": Kind(
        _("{phone} keeps the accounts in its app"), "smartphone", "look", notice=True
    ),
    "app:wiped": Kind(_("{phone} erased the accounts in its app"), "smartphone", "ok", notice=True),
    "backup:frozen": Kind(
        _("We set aside a backup that can no longer be opened"), "snowflake", "look", notice=True
    ),
    "backup:key_proved": Kind(
        _("{phone} opened the backup with its key"), "life-buoy", "look", notice=True
    ),
    "backup:off": Kind(_("Backup of {phone} switched off"), "shield-off", "look", notice=True),
    "backup:on": Kind(_("Backup of {phone} switched on"), "shield-check", "ok", notice=True),
    "backup:opened": Kind(_("Backup opened on {phone}"), "life-buoy", "look", notice=True),
    "backup:proof_wrong": Kind(
        _("{phone} tried a key that does not open the backup"), "triangle-alert", "look"
    ),
    "backup:filling": Kind(
        _("Your backup storage is three quarters full"), "triangle-alert", "look", notice=True
    ),
    "backup:set_back": Kind(
        _("The portal had an older backup than {phone}, which is saving it again"),
        "triangle-alert",
        "look",
        notice=True,
    ),
    "backup:slot_added": Kind(
        _("The backup can be opened in one more way: {method}"), "key-round", "look", notice=True
    ),
    "backup:slot_removed": Kind(
        _("The backup can no longer be opened with: {method}"), "key-round", "look", notice=True
    ),
    "backup:taken_over": Kind(_("{phone} took over the backup"), "life-buoy", "look", notice=True),
    "browser:copied": Kind(
        _("{browser} is no longer trusted: a copy of its cookie was used"),
        "triangle-alert",
        "loss",
        notice=True,
    ),
    "browser:trusted": Kind(
        _("{browser} is trusted for {days} days"), "badge-check", "look", notice=True
    ),
    "browser:untrusted": Kind(_("{browser} is no longer trusted"), "badge-check"),
    "browsers:untrusted": Kind(_("No browser is trusted any more"), "badge-check"),
    "factor:disabled": Kind(
        _("Too many wrong codes: {method} switched off"),
        "triangle-alert",
        "loss",
        notice=True,
        effect=SET_UP,
    ),
    "notice:reported": Kind(
        _("Someone used a notice to say: this wasn’t me"),
        "shield-off",
        "look",
        notice=True,
        effect=PROTECTION,
    ),
    "organisation:joined": Kind(_("Joined {organisation}"), "users"),
    "number:added": Kind(
        _("Phone number {number} added"), "message-circle", "look", notice=True, effect=SET_UP
    ),
    "number:removed": Kind(
        _("Phone number {number} removed"), "message-circle", "look", notice=True, effect=SET_UP
    ),
    "passkey:added": Kind(
        _("Passkey {passkey} added"), "key-round", "ok", notice=True, effect=SET_UP
    ),
    "passkey:changed": Kind(
        _("{passkey} was refused, because it has changed"), "triangle-alert", "look", notice=True
    ),
    "passkey:counter_reset": Kind(
        _("The counter of {passkey} started over"), "key-round", "look", notice=True
    ),
    "passkey:removed": Kind(
        _("Passkey {passkey} removed"),
        "key-round",
        "look",
        notice=True,
        effect=PROTECTION,
        counts=("sessions",),
    ),
    "passkey:renamed": Kind(_("Passkey renamed to {passkey}"), "key-round"),
    "password:changed": Kind(
        _("Password changed"), "key-round", "look", notice=True, effect=PROTECTION
    ),
    "password:reset": Kind(
        _("Password reset by e-mail"), "key-round", "look", notice=True, effect=PROTECTION
    ),
    "phone:linked": Kind(_("{phone} linked"), "smartphone", "ok", notice=True, effect=SET_UP),
    "phone:renamed": Kind(_("Phone renamed to {phone}"), "smartphone"),
    "phone:suspended": Kind(
        _("{phone} suspended"),
        "snowflake",
        "look",
        notice=True,
        effect=PROTECTION,
        counts=("sessions",),
    ),
    "phone:taken_back": Kind(
        _("{phone} taken back"),
        "smartphone",
        "ok",
        notice=True,
        effect=PROTECTION,
        counts=("sessions",),
    ),
    "phone:unlinked": Kind(
        _("{phone} unlinked"),
        "smartphone",
        "look",
        notice=True,
        effect=PROTECTION,
        counts=("sessions", "trusted"),
    ),
    "recovery_codes:confirmed": Kind(
        _("Recovery codes checked"), "file-text", "ok", effect=PROTECTION
    ),
    "recovery_codes:discarded": Kind(
        _("New recovery codes discarded"), "file-text", "look", notice=True, effect=PROTECTION
    ),
    "recovery_codes:made": Kind(
        _("New recovery codes made"), "file-text", "look", notice=True, effect=PROTECTION
    ),
    "session:ended": Kind(_("{browser} signed out"), "log-out"),
    "session:renamed": Kind(_("Browser renamed to {browser}"), "laptop"),
    "sessions:ended": Kind(_("Signed out everywhere else"), "log-out"),
    "sign_in:code_failed": Kind(_("Right password, wrong code"), "triangle-alert", "look"),
    "sign_in:held": Kind(_("Signed in with {methods}, on a new device"), "check"),
    "sign_in:locked": Kind(_("Correct {method}, but the account is locked"), "lock", "look"),
    "sign_in:many_failures": Kind(
        _("Many failed attempts with {method}"), "triangle-alert", "loss", notice=True
    ),
    "sign_in:new_browser": Kind(
        _("Signed in with {methods}, in a new browser"), "check", notice=True
    ),
    "sign_in:passkey_failed": Kind(_("A passkey was refused"), "triangle-alert", "look"),
    "sign_in:password": Kind(_("Signed in with {methods}"), "check"),
    "sign_in:password_failed": Kind(_("Wrong password"), "triangle-alert", "look"),
    "sign_in:recovered": Kind(_("Signed in with {methods}"), "life-buoy", "look", notice=True),
    "sign_in:two_step": Kind(_("Signed in with {methods}"), "check", "ok"),
    "sign_out:done": Kind(_("Signed out"), "log-out"),
    "step:accepted": Kind(
        _("Turned on again for signing in: {method}"),
        "check",
        "look",
        notice=True,
        effect=PROTECTION,
    ),
    "step:declined": Kind(
        _("Turned off for signing in: {method}"),
        "shield-off",
        "look",
        notice=True,
        effect=PROTECTION,
    ),
    "step_up:failed": Kind(
        _("Wrong code or password on a confirmation page"), "triangle-alert", "look"
    ),
    "step_up:passed": Kind(_("Confirmed with {methods}"), "check"),
    "two_step:off": Kind(
        _("Two-step verification switched off"), "shield-off", "loss", True, effect=PROTECTION
    ),
    "two_step:on": Kind(
        _("Two-step verification switched on"), "shield-check", "ok", True, effect=PROTECTION
    ),
    "work:asked": Kind(_("{organisation} asked for a new code"), "users"),
    "work:enrolled": Kind(
        _("Account with {organisation} set up on {phone}"),
        "users",
        "ok",
        notice=True,
        effect=SET_UP,
    ),
}
