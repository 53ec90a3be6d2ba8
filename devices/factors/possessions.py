"""What second steps of devices depend on: a phone with the app, and what holds a passkey."""

import re
from collections.abc import Sequence

from accounts.authentication.factors.possessions import Doubt, Possession, Repair
from core.i18n import Text
from core.i18n import gettext_lazy as _


class LinkedPhone(Possession):
    """A phone with an authenticator app."""

    kind = "phone"
    is_phone = True
    lockout_title = _("One lost phone would lock you out")
    renews_codes = True
    named_twice = re.compile(r"^(my|mijn) ", re.IGNORECASE)

    @property
    def place(self) -> Text:
        """Where the app is."""
        return _("On your %(name)s") % {"name": self.noun}

    def describe(self, hint: Text, *, rides_along: bool) -> Text:
        """Say what makes it worth losing."""
        return _("Phone with the authenticator app")

    def repairs(self, *, is_strong: bool, with_number: bool) -> Sequence[Repair]:
        """Unlink it, and link the next one."""
        where = _("The site asks where your phone is: answer that it is lost.")
        if is_strong:
            where = _("On the Devices page, choose “I lost this phone”.")
        done = _(
            "Its codes stop working, we sign out your other browsers, and two-step "
            "verification stays on."
        )
        elsewhere = _("Lock or erase it from afar, and let your provider block the SIM card.")
        link = [
            _("Scan a QR code as soon as you have it. Until then, your other sign-in methods work.")
        ]
        if with_number:
            link.append(_("A new SIM card with the same number brings the text messages back."))
        unlink = Repair(_("Unlink the lost phone"), [where, done, elsewhere])
        return [unlink, Repair(_("Set up your new phone"), link)]


class PasskeyHolder(Possession):
    """What holds a passkey that stays where it is: a computer, a security key, or the phone."""

    kind = "passkey"
    lockout_title = _("One lost passkey would lock you out")
    named_twice = re.compile(r"^passkey (of|van) ", re.IGNORECASE)

    @property
    def place(self) -> Text:
        """What it is in."""
        return _("In %(name)s") % {"name": self.noun}

    def describe(self, hint: Text, *, rides_along: bool) -> Text:
        """Say what would have to be lost."""
        return _("Device or security key with this passkey")

    @property
    def doubt(self) -> Doubt | None:
        """Say that the device may be the phone."""
        said = _("The passkey %(name)s remains only if it is not on the same phone.")
        return Doubt(_("Keep your passkey apart from your phone"), said % {"name": self.noun})

    def repairs(self, *, is_strong: bool, with_number: bool) -> Sequence[Repair]:
        """Take it off the account."""
        devices = _("On the Devices page, for each passkey that is gone.")
        return [Repair(_("Remove the lost passkey"), [devices], waits=True)]


class SyncedPasskey(PasskeyHolder):
    """An account that syncs a passkey between devices, and so survives the loss of each."""

    kind = "synced"

    def describe(self, hint: Text, *, rides_along: bool) -> Text:
        """Say what would have to be lost."""
        return _("Account that syncs this passkey between your devices")

    @property
    def doubt(self) -> Doubt | None:
        """Nothing: it is on other devices, too."""
        return None
