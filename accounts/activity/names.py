"""What events call what they name, besides second steps: these are asked."""

from core.i18n import Text
from core.i18n import gettext_lazy as _

NAMES: dict[str, Text] = {
    "password": _("password"),
    "recovery-key": _("backup key"),
    "passphrase": _("passphrase"),
    "phone-lost": _("phone reported lost"),
    "phone-suspended": _("phone suspended"),
    "link": _("set-up link"),
    "trusted-browser": _("trusted browser"),
    "recovery-case": _("approved request to recover the account"),
    "address": _("e-mail address"),
    "address-removed": _("removal of an e-mail address"),
    "app": _("authenticator app for backups"),
    "backup": _("backup of the authenticator app"),
    "codes": _("recovery codes"),
    "number": _("phone number"),
    "number-removed": _("removal of a phone number"),
    "primary": _("change of the sign-in address"),
    "recovery-contact": _("recovery contact"),
    "slot": _("way to open the backup"),
    "two-step": _("two-step verification"),
    "wipe": _("order to erase the accounts on a phone"),
    "work": _("account with an organisation"),
    # Roles of staff
    "none": _("none"),
    "auditor": _("auditor"),
    "support": _("support"),
    "recovery_officer": _("recovery officer"),
    "administrator": _("administrator"),
}
