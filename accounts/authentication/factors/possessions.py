"""What sign-in options depend on: something that a person has and can lose (NIST SP 800-63B-4, 2).

A kind of possession is a subclass. Everything that the site says or judges about a possession is
asked of it: where it is, what losing it means, whether it is lost with something else. What a kind
does not say holds as it stands in `Possession`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from core.i18n import Text
from core.i18n import gettext_lazy as _


class Doubt(NamedTuple):
    """What is said of something that may be kept on a phone: nobody here can know."""

    advice: Text  # where nothing else would remain
    sentence: Text  # what it depends on whether it remains


class Repair(NamedTuple):
    """One step from a loss to an account that is whole again.

    `waits` is whether a session that proved no strong step has to wait until it may.
    """

    title: Text
    lines: Sequence[Text]
    waits: bool = False


@dataclass(frozen=True)
class Possession:
    """One thing of one person; options whose possessions have the same `key` are lost together.

    `name` is what the person calls it, or a contact as it is shown to anyone with the password.
    """

    key: str
    name: Text

    kind: ClassVar[str] = ""  # in the address of the fire drill, if its option has no target
    is_phone: ClassVar[bool] = False  # a telephone, on which other possessions may be, too
    gathered_at: ClassVar[Text] = ""  # the heading over several of this kind, if they have one
    lockout_title: ClassVar[Text] = _("One loss would lock you out")
    pronoun: ClassVar[Text] = _("this")  # in "If you lose this, …"
    without_phone: ClassVar[Text] = ""  # what to make sure of, to open it without the phone
    renews_codes: ClassVar[bool] = False  # whether recovery codes are made again after its loss
    named_twice: ClassVar[re.Pattern[str] | None] = None  # of the name, after "your" or the like

    @property
    def noun(self) -> Text:
        """The name as it stands after "your" or "the passkey": "your My phone" is no English.

        The site itself once offered "My phone" and "Passkey of Chrome", in both languages.
        """
        if self.named_twice is None:
            return self.name
        return self.named_twice.sub("", str(self.name)) or self.name

    @property
    def place(self) -> Text:
        """Where it is; the heading of the group that is lost with it."""
        return self.name

    @property
    def title(self) -> Text:
        """What it is called in the list of what can be lost."""
        return self.name

    def describe(self, hint: Text, *, rides_along: bool) -> Text:
        """Say what it is in that list; `hint` is that of its option.

        `rides_along` is whether it is most likely lost with the phone.
        """
        return hint

    @property
    def with_phone(self) -> Text:
        """Say that it is most likely lost with the only phone, a guess; "" for what is not."""
        return ""

    @property
    def doubt(self) -> Doubt | None:
        """Say that it may be on the phone that is lost; None for what is not, or most likely is."""
        return None

    def repairs(self, *, is_strong: bool, with_number: bool) -> Sequence[Repair]:
        """Return what to do after its loss, once signed in; recovery codes are said apart.

        `is_strong` is whether a strong step remains, `with_number` whether a number is lost too.
        """
        return ()


class Mailbox(Possession):
    """A mailbox that gets codes."""

    kind = "mailbox"
    gathered_at = _("In your mailboxes")
    lockout_title = _("One closed mailbox would lock you out")
    without_phone = _("Make sure that you can open your mailbox without the phone.")

    @property
    def place(self) -> Text:
        """Where codes arrive."""
        return _("In your mailbox")

    @property
    def title(self) -> Text:
        """What it is; its address is the description."""
        return _("Mailbox")

    def describe(self, hint: Text, *, rides_along: bool) -> Text:
        """Name the address, masked."""
        return self.name

    def repairs(self, *, is_strong: bool, with_number: bool) -> Sequence[Repair]:
        """Add another one."""
        contact = _("On the Contact and password page: add one you can open, then remove the old.")
        return [Repair(_("Replace the e-mail address"), [contact], waits=True)]


class Number(Possession):
    """A phone number that gets codes; its SIM card is most likely in the phone."""

    kind = "number"
    lockout_title = _("One lost number would lock you out")

    @property
    def place(self) -> Text:
        """Where codes arrive."""
        return _("On your number")

    @property
    def title(self) -> Text:
        """What it is; the number itself is the description."""
        return _("Phone number")

    def describe(self, hint: Text, *, rides_along: bool) -> Text:
        """Name the number, masked."""
        where = _("%(number)s, most likely lost with your phone") % {"number": self.name}
        return where if rides_along else self.name

    @property
    def with_phone(self) -> Text:
        """Say where text messages arrive."""
        said = _("Text messages to %(number)s most likely arrive on the same phone.")
        return said % {"number": self.name}

    def repairs(self, *, is_strong: bool, with_number: bool) -> Sequence[Repair]:
        """Take it off the account."""
        contact = _("On the Contact and password page, so nobody else receives your codes.")
        return [Repair(_("Remove the number"), [contact], waits=True)]


class Paper(Possession):
    """The sheet of recovery codes, of which there is one."""

    kind = "paper"
    lockout_title = _("One lost sheet of codes would lock you out")
    pronoun = _("this sheet")
    renews_codes = True

    @property
    def place(self) -> Text:
        """Where the codes are."""
        return _("On paper")

    @property
    def title(self) -> Text:
        """What it is; how many are left is the description."""
        return _("Sheet of recovery codes")
