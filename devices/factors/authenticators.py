"""What the app on one phone shows: the portal's own account, and those of organisations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef

from accounts.models import User
from core.i18n import Text, listed
from core.i18n import gettext_lazy as _
from devices.models import Authenticator, Phone, Vault
from devices.models.authenticator import AuthenticatorQuerySet


def usable(user: User) -> AuthenticatorQuerySet:
    """Return the authenticators that count now."""
    rows = Authenticator.objects.usable().filter(user=user)
    return rows.select_related("phone", "enrolment__organisation")


def contestable(user: User) -> AuthenticatorQuerySet:
    """Return the authenticators of phones that can take themselves back."""
    rows = Authenticator.objects.filter(user=user, confirmed=True)
    return rows.filter(phone__in=user.phones.contestable()).select_related("phone")


@dataclass(frozen=True)
class OnPhone:
    """The accounts of a person in the app on one phone: the portal's own, those of organisations.

    They are one way in, as the code of each of them counts and all are lost together.
    """

    rows: Sequence[Authenticator]

    @property
    def phone(self) -> Phone:
        """The phone."""
        return self.rows[0].phone

    @property
    def is_own(self) -> bool:
        """Whether the portal's own account is among them."""
        return any(row.enrolment_id is None for row in self.rows)

    @property
    def names(self) -> list[str]:
        """What the app shows codes for, the portal first."""
        works = [row.enrolment.organisation.name for row in self.rows if row.enrolment]
        return [settings.PORTAL_NAME, *works] if self.is_own else works

    @property
    def hint(self) -> Text:
        """Say where it is; the organisations are named if nothing else says what to open."""
        if self.is_own:
            return _("on %(phone)s") % {"phone": self.phone.name}
        said = {"phone": self.phone.name, "names": listed(self.names)}
        return _("on %(phone)s, %(names)s") % said

    @property
    def keeps_backup(self) -> bool:
        """Whether this site's app on the phone saves a backup that is on."""
        app = self.phone.app
        return bool(app and app.is_active and getattr(self.rows[0], "backup_on", False))

    @property
    def linked_at(self) -> datetime | None:
        """Since when it is a way in."""
        return self.phone.linked_at if self.is_own else min(row.created_at for row in self.rows)

    @property
    def last_used_at(self) -> datetime | None:
        """When a code of any of them was used last."""
        return max((row.last_used_at for row in self.rows if row.last_used_at), default=None)

    @property
    def asked_at(self) -> datetime | None:
        """When it was asked for."""
        return min((row.asked_at for row in self.rows if row.asked_at), default=None)

    @property
    def best(self) -> Authenticator:
        """The one that proves most, now or first."""
        return min(self.rows, key=lambda row: row.counts_from)


def on_phones(user: User) -> list[OnPhone]:
    """Return the phones of a person whose codes count now, those linked first first."""
    rows: dict[int, list[Authenticator]] = {}
    backup = Vault.objects.filter(user=OuterRef("user"), state=Vault.State.ON)
    held = usable(user).select_related("phone__installation").annotate(backup_on=Exists(backup))
    for row in held.order_by("pk"):
        rows.setdefault(row.phone_id, []).append(row)
    return [OnPhone(each) for each in rows.values()]
