"""Forms of the pages that need no sign-in."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, password_validation
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy

from accounts.activity.origin import Origin
from accounts.authentication import throttling
from accounts.backends import AccountLocked
from accounts.contacts.normalization import ADDRESS_LENGTH, password_form
from accounts.forms.code import WaitingForm
from accounts.models import User
from accounts.passwords.validators import validate_hashable
from core.fields import AddressField
from core.i18n import gettext_lazy as _
from core.i18n import one_line
from core.limits import rates
from core.limits.counters import Budget, FactorDisabled, LimitReached


def password_input(autocomplete: str) -> forms.PasswordInput:
    """Return an input that managers fill and that never shows a typed secret again."""
    attributes = {"autocomplete": autocomplete, "data-password": "", "spellcheck": "false"}
    return forms.PasswordInput(attrs=attributes, render_value=False)


def email_input(autocomplete: str) -> forms.EmailInput:
    """Return an input for an address."""
    return forms.EmailInput(attrs={"autocomplete": autocomplete, "spellcheck": "false"})


def new_password_field() -> forms.CharField:
    """Return a field for a password that is being chosen."""
    return forms.CharField(
        label=_("Password"),
        strip=False,
        validators=[validate_hashable],
        widget=password_input("new-password"),
        help_text=format_lazy(  # read once, before anybody asks in a language
            _("At least {least} characters. A few words in a row are easy to remember."),
            least=settings.PASSWORD_MIN_LENGTH,
        ),
    )


class SignInForm(WaitingForm):
    """An address and a password, judged within the budgets of address, browser and site."""

    email = forms.CharField(
        label=_("E-mail address"),
        max_length=ADDRESS_LENGTH,
        widget=email_input("username webauthn"),  # passkeys are offered beside saved addresses
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        validators=[validate_hashable],
        widget=password_input("current-password"),
    )

    error_messages = {"wrong": _("Wrong e-mail address or password.")}
    is_switched_off = False

    def __init__(
        self, *args: Any, origin: Origin, browser_of: Callable[[str], str], **kwargs: Any
    ) -> None:
        """`browser_of` names the budget that this browser has for an address."""
        super().__init__(*args, **kwargs)
        self.origin = origin
        self.browser_of = browser_of
        self.user: User | None = None
        self.fields["email"].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any]:
        """Reserve a try, then compare; the answer is the same for every reason to refuse."""
        cleaned = super().clean() or {}
        if "email" in cleaned and "password" in cleaned:
            self._judge(cleaned["email"], cleaned["password"])
        return cleaned

    def _judge(self, email: str, password: str) -> None:
        browser = self.browser_of(email)
        budget = throttling.password_budget(email, browser)
        is_stranger = browser == throttling.STRANGER
        count = self._reserve(budget, is_stranger=is_stranger)
        try:
            user = authenticate(None, username=email, password=password)
        except AccountLocked as locked:
            # The row stands for that of a wrong password; the budget stays as it is after one.
            throttling.note_locked(locked.user, "password", self.origin)
            raise ValidationError(throttling.locked_words(), code="locked") from locked
        if not isinstance(user, User):
            throttling.note_password(email, count, self.origin)
            raise ValidationError(self.error_messages["wrong"], code="wrong")
        budget.clear()
        if is_stranger:
            rates.WRONG_PASSWORDS.give_back(self.origin.network)
        self.user = user

    def _reserve(self, budget: Budget, *, is_stranger: bool) -> int:
        """Reserve a try; caps that strangers can fill do not hold for who is none."""
        try:
            if is_stranger:
                rates.PASSWORDS.take()
                rates.WRONG_PASSWORDS.take(self.origin.network)
            return budget.reserve()
        except LimitReached as limit:
            raise self.must_wait(limit) from limit
        except FactorDisabled as error:
            self.is_switched_off = True
            message = _("Too many wrong passwords. Reset your password to continue.")
            raise ValidationError(message, code="disabled") from error


class MessageForm(WaitingForm):
    """A form that makes the site send mail for a stranger."""

    def __init__(self, *args: Any, origin: Origin, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.origin = origin

    def take_message(self) -> None:
        """Count one message of this network address."""
        try:
            rates.MESSAGES.take(self.origin.network)
        except LimitReached as limit:
            raise self.must_wait(limit) from limit


class SignUpForm(MessageForm):
    """A new account; says nothing about whether the address is known."""

    email = AddressField(
        label=_("E-mail address"), max_length=ADDRESS_LENGTH, widget=email_input("username")
    )
    name = forms.CharField(
        label=_("Your name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = new_password_field()

    def clean_name(self) -> str:
        """Return the name on one line, without characters that cannot be seen."""
        return one_line(self.cleaned_data["name"])

    def clean(self) -> dict[str, Any]:
        """Check the password against the person's own words, then count the message."""
        cleaned = super().clean() or {}
        if "password" in cleaned:
            user = User(email=cleaned.get("email", ""), name=cleaned.get("name", ""))
            check_new_password(self, "password", user)
        if not self.errors:
            self.take_message()
        return cleaned

    @property
    def hashed(self) -> str:
        """The password as it will be stored."""
        return make_password(password_form(self.cleaned_data["password"]))


def check_new_password(form: forms.Form, field: str, user: User) -> None:
    """Add the reasons against this password to its field."""
    try:
        password_validation.validate_password(form.cleaned_data[field], user)
    except ValidationError as error:
        form.add_error(field, error)


class ResetForm(MessageForm):
    """Asks for a link; the same answer for every address.

    How often a mailbox gets one is judged by `accounts.links.link_mail`: no stranger keeps the
    owner out.
    """

    email = AddressField(
        label=_("E-mail address"), max_length=ADDRESS_LENGTH, widget=email_input("username")
    )

    def clean(self) -> dict[str, Any]:
        """Count the message for its sender."""
        cleaned = super().clean() or {}
        if not self.errors:
            self.take_message()
        return cleaned


class NewPasswordForm(forms.Form):
    """A new password after following a reset link."""

    new_password = new_password_field()

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["new_password"].label = _("New password")

    def clean(self) -> dict[str, Any]:
        """Check the new password."""
        cleaned = super().clean() or {}
        if "new_password" in cleaned:
            check_new_password(self, "new_password", self.user)
        return cleaned
