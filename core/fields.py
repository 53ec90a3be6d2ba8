"""Fields for names: what people call themselves and their things."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db import models

from core.addresses import ADDRESS_LENGTH, IGNORABLE, in_ascii, in_letters
from core.i18n import gettext_lazy as _
from core.i18n import one_line

UNSEEN = ValidationError(_("Type a name with visible characters."), code="invisible")
TURNED = ValidationError(
    _("This address contains invisible characters. Type it by hand."),
    code="invisible",
)


def cleaned_name(typed: str) -> str:
    """Return a name on one line, without characters that cannot be seen; raises if none is left."""
    name = one_line(typed)
    if not name:
        raise UNSEEN
    return name


if TYPE_CHECKING:
    Text = models.CharField[str, str]
else:
    Text = models.CharField


class NameField(Text):
    """A name; rows that hold what cannot be seen, or turns text around, are read without it."""

    def deconstruct(self) -> Any:
        """Be a CharField to migrations: the column is one."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def from_db_value(self, value: str | None, *_about: Any) -> str | None:
        """Read a name as it would be taken today."""
        return value if value is None or value.isprintable() else one_line(value)


def see(address: str) -> None:
    """Refuse an address with characters that cannot be seen."""
    if not address.isprintable() or IGNORABLE.search(address):
        raise TURNED


def validate_address(address: str) -> None:
    """Refuse what is no address; raises `ValidationError`."""
    see(address)
    if len(address) <= ADDRESS_LENGTH:
        EmailValidator()(in_ascii(address))


class AddressField(forms.EmailField):
    """An e-mail address that looks like what it is, in letters however the browser spells it."""

    default_validators = [validate_address]

    def to_python(self, value: Any) -> str:
        """Judge what was typed before it is respelled: Django lets anything into a domain."""
        typed: str = super().to_python(value) or ""
        see(typed)
        return in_letters(typed)
