"""Forms of the security pages."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from phonenumber_field.formfields import PhoneNumberField

from accounts.activity.origin import Origin
from accounts.authentication import throttling
from accounts.contacts.normalization import ADDRESS_LENGTH, email_key
from accounts.forms.code import WaitingForm
from accounts.forms.sign_in import (
    check_new_password,
    email_input,
    new_password_field,
    password_input,
)
from accounts.models import User
from accounts.passwords.validators import is_hashable
from core.fields import AddressField
from core.i18n import gettext_lazy as _
from core.limits.counters import FactorDisabled, LimitReached
from core.outbox.sms import sms_limits


class PasswordForm(WaitingForm):
    """The person's current password, within the budget of a signed-in session."""

    password = forms.CharField(
        label=_("Password"), strip=False, widget=password_input("current-password")
    )

    error_messages = {"wrong": _("This is not your password.")}

    def __init__(self, *args: Any, user: User, origin: Origin, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.origin = origin
        self.budget = throttling.budget_of(user, "password")

    def clean_password(self) -> str:
        """Reserve a try, then compare; what is too long to be hashed costs no try."""
        password: str = self.cleaned_data["password"]
        if not is_hashable(password):
            raise ValidationError(self.error_messages["wrong"], code="wrong")
        count = self._reserve()
        if not self.user.check_password(password):
            throttling.note_own_password(self.user, count, self.origin)
            raise ValidationError(self.error_messages["wrong"], code="wrong")
        self.budget.clear()
        return password

    def _reserve(self) -> int:
        try:
            return self.budget.reserve()
        except LimitReached as limit:
            raise self.must_wait(limit) from limit
        except FactorDisabled as error:
            raise ValidationError(_("Reset your password by e-mail to continue.")) from error


class ChangePasswordForm(PasswordForm):
    """The current password and a new one."""

    new_password = new_password_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Current password")
        self.fields["new_password"].label = _("New password")

    def clean(self) -> dict[str, Any]:
        """Check the new password, of who knows the old one: it is compared with that as well."""
        cleaned = super().clean() or {}
        if "password" in cleaned and "new_password" in cleaned:
            check_new_password(self, "new_password", self.user)
        return cleaned


class AddAddressForm(forms.Form):
    """One more e-mail address."""

    address = AddressField(
        label=_("E-mail address"), max_length=ADDRESS_LENGTH, widget=email_input("email")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_address(self) -> str:
        """Refuse what the person has confirmed already."""
        address: str = self.cleaned_data["address"]
        if self.user.email_addresses.verified().filter(key=email_key(address)).exists():
            raise ValidationError(_("You already have this address."), code="known")
        return address


class NationalNumberField(PhoneNumberField):  # type: ignore[misc] # it is untyped
    """A phone number with its country code, or as it is written in a country that is served."""

    def to_python(self, value: Any) -> Any:
        """Try the countries in their order, as a number without a code may be right in any."""
        regions: list[str | None] = list(settings.SMS_COUNTRIES) or [None]
        readings = [self._read(value, region) for region in regions]
        return next((number for number in readings if number and number.is_valid()), readings[0])

    def _read(self, value: Any, region: str | None) -> Any:
        self.region = region
        return super().to_python(value)


class AddNumberForm(forms.Form):
    """One more phone number."""

    number = NationalNumberField(
        label=_("Phone number"),
        help_text=_("For another country, start with its code, such as +32 470 12 34 56."),
        error_messages={"invalid": _("This is not a phone number. Try it with the country code.")},
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_number(self) -> Any:
        """Refuse premium and satellite numbers, closed countries, and what is known already."""
        number = self.cleaned_data["number"]
        try:
            sms_limits.check_number(str(number))
        except sms_limits.NumberRefused as refusal:
            raise ValidationError(str(refusal), code="refused") from refusal
        if self.user.phone_numbers.verified().filter(number=number).exists():
            raise ValidationError(_("You already have this number."), code="known")
        return number
