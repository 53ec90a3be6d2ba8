"""Forms that take a code; every judged try is counted before it is judged."""

from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.authentication import throttling
from accounts.authentication.factors import recovery_codes, sent_codes
from accounts.authentication.factors.recovery_code_method import (
    RecoveryCodeMatch,
    RecoveryCodeMethod,
)
from accounts.authentication.factors.sent_code_methods import SentCodeMatch
from accounts.authentication.methods import (
    AlreadySpent,
    AuthMethod,
    CannotCheck,
    VerificationContext,
    VerifiedCode,
    digits_of,
)
from accounts.authentication.proofs import Proof
from accounts.authentication.throttling import StepBudget
from accounts.models import RecoveryCodeSet, SentCode
from accounts.models.contact import Contact
from core import durations
from core.i18n import Text
from core.i18n import gettext_lazy as _
from core.keys.crypto import CannotUnseal
from core.limits.counters import Budget, FactorDisabled, LimitReached

CODE_INPUT_LENGTH = 64
TRIES = _("Too many attempts. Wait %(time)s and try again.")
SENDS = _("We’ve sent enough codes for now. You can ask for the next one in %(time)s.")


def code_widget(
    *, digits: int | None, in_fours: bool = False, takes_focus: bool = True
) -> forms.TextInput:
    """Return the input for a code: numeric keyboard for digits, autofill by the browser.

    `in_fours` groups what is typed as recovery codes are; see static/js/code-field.js.
    """
    attributes: dict[str, Any] = {
        "autocomplete": "one-time-code" if digits else "off",
        "autocapitalize": "characters",
        "spellcheck": "false",
        "data-code": "digits" if digits else "recovery" if in_fours else "plain",
        "autofocus": takes_focus,
    }
    if digits:
        attributes["inputmode"] = "numeric"
    return forms.TextInput(attrs=attributes)


class WaitingForm(forms.Form):
    """A form whose tries are counted; `wait` is set when the person must wait."""

    wait: LimitReached | None = None

    def must_wait(self, limit: LimitReached, words: Text = TRIES) -> ValidationError:
        """Note the limit and say how long to wait; the words name it as `%(time)s`."""
        self.wait = limit
        return ValidationError(
            str(words), code="wait", params={"time": durations.in_words(limit.seconds)}
        )


class CodeForm(WaitingForm):
    """Takes one code; subclasses say what it is compared with."""

    code = forms.CharField(label=_("Code"), max_length=CODE_INPUT_LENGTH)
    digits: int | None = 6
    in_fours = False
    takes_focus = True

    error_messages = {
        "wrong": _("This code is wrong, already used or too old. Try a new one."),
        "disabled": _(
            "We turned this method off after too many wrong codes. Use another one, "
            "then set this one up again."
        ),
        "cannot_check": _(
            "We can’t check this code right now. That’s our fault, not yours. Use another way, or "
            "try again later."
        ),
    }

    def __init__(self, *args: Any, budget: Budget | StepBudget, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.budget = budget
        self.match: VerifiedCode | None = None
        self.count = 0
        self.fields["code"].widget = code_widget(
            digits=self.digits, in_fours=self.in_fours, takes_focus=self.takes_focus
        )

    def find(self, code: str) -> VerifiedCode | None:
        """Return what the code belongs to, if it is right."""
        raise NotImplementedError

    def note(self, count: int) -> None:
        """Write down that the `count`th try in a row was wrong."""

    def clean_code(self) -> str:
        """Refuse what cannot be a code, which costs no try."""
        return digits_of(self.cleaned_data["code"], self.digits or 0)

    def clean(self) -> dict[str, Any]:
        """Reserve a try in its own transaction, then judge the code."""
        cleaned = super().clean() or {}
        if "code" in cleaned:
            self._judge(cleaned["code"])
        return cleaned

    def _judge(self, code: str) -> None:
        self._forget_typed()
        self.count = self._reserve()
        try:
            self.match = self.find(code)
        except CannotCheck as error:
            if not error.counts:
                self.budget.give_back()
            raise self._not_now() from error
        except CannotUnseal as error:
            self.budget.give_back()
            raise self._not_now() from error
        except ValidationError:
            self.note(self.count)
            raise
        if self.match is None:
            self.note(self.count)
            raise self.refusal()

    def _forget_typed(self) -> None:
        """Show what could be a code no more: it may be somebody's secret, or become one again."""
        name = self.add_prefix("code")
        self.data = {key: value for key, value in self.data.items() if key != name}

    def _reserve(self) -> int:
        try:
            return self.budget.reserve()
        except LimitReached as limit:
            raise self.must_wait(limit) from limit
        except FactorDisabled as error:
            raise ValidationError(self.error_messages["disabled"], code="disabled") from error

    def _not_now(self) -> ValidationError:
        return ValidationError(CodeForm.error_messages["cannot_check"], code="cannot_check")

    def refusal(self) -> ValidationError:
        """Return the one sentence for wrong, expired, used and somebody else's."""
        return ValidationError(self.error_messages["wrong"], code="wrong")

    def consume(self) -> Proof | None:
        """Use the code up; None, with the form's error set, if a parallel request was first."""
        try:
            return self.match.consume() if self.match else None
        except AlreadySpent:
            self.note(self.count)
            self.add_error(None, self.refusal())
            return None


class StepForm(CodeForm):
    """The code of one second step, for signing in and for confirming."""

    def __init__(
        self, *args: Any, step: AuthMethod, verification: VerificationContext, **kwargs: Any
    ) -> None:
        self.step = step
        self.verification = verification
        self.digits, self.in_fours = step.digits, step.in_fours
        budget = StepBudget(verification.user, step)
        super().__init__(*args, budget=budget, **kwargs)
        self.of_step = budget
        widget = self.fields["code"].widget
        field = forms.CharField(label=_("Code"), max_length=step.longest, widget=widget)
        if step.wrong:
            field.error_messages["required"] = str(step.wrong)
        self.fields["code"] = field

    def refusal(self) -> ValidationError:
        """Return the sentence of the step, if it has one of its own."""
        return ValidationError(str(self.step.wrong) or self.error_messages["wrong"], code="wrong")

    def clean_code(self) -> str:
        """Refuse what cannot be a code of this step."""
        return self.step.clean(self.cleaned_data["code"])

    def find(self, code: str) -> VerifiedCode | None:
        """Ask the step, for what may be tried now."""
        only = None if self.of_step.is_open else self.of_step.apart
        asked = replace(self.verification, shut=self.of_step.shut, only=only)
        return self.step.match(asked, code)

    def consume(self) -> Proof | None:
        """Use the code up; the person's turn comes before their factors."""
        if self.verification.user.changes_by_proving:
            self.verification.user.lock_for_update()
        return super().consume()

    def note(self, count: int) -> None:
        """Write the failure into the person's activity."""
        throttling.note(self.verification, self.step, count)


class SentCodeForm(CodeForm):
    """The code that confirms an address or number, or finishes a sign-up."""

    def __init__(
        self, *args: Any, purpose: str, binding: str, contacts: type[Contact], **kwargs: Any
    ) -> None:
        self.contacts = contacts
        self.flow = (purpose, binding, contacts.channel)
        self.of_flow = Budget(f"{purpose}:{binding}", "code")
        super().__init__(*args, budget=self.of_flow, **kwargs)

    @property
    def sent(self) -> SentCode | None:
        """The code on its way, if one still counts."""
        return sent_codes.live_code(*self.flow)

    def find(self, code: str) -> VerifiedCode | None:
        """Compare with the live code of this very flow."""
        sent = self.sent
        if sent is None or not sent.take_try() or not sent.is_code(code):
            return None
        return SentCodeMatch(sent, sent.channel, self.contacts)


def contact_code_form(contact: Contact, data: Any = None) -> SentCodeForm:
    """Return the form that confirms this contact."""
    binding = contact.public_id.hex
    return SentCodeForm(data, purpose="contact", binding=binding, contacts=type(contact))


class RecoveryCodeCheckForm(CodeForm):
    """One code of a new set, typed back as proof that it was saved; not used up."""

    code_set: RecoveryCodeSet | None = None  # the one that the code belongs to
    digits = None
    in_fours = True
    takes_focus = False  # the codes above come first; a keyboard would cover them

    def __init__(self, *args: Any, verification: VerificationContext, **kwargs: Any) -> None:
        self.verification = verification
        self.user = verification.user
        budget = throttling.budget_of(self.user, RecoveryCodeMethod.slug)
        super().__init__(*args, budget=budget, **kwargs)

    def note(self, count: int) -> None:
        """Write the failure into the person's activity."""
        throttling.note(self.verification, RecoveryCodeMethod(), count)

    def clean_code(self) -> str:
        """Refuse what cannot be a recovery code."""
        return recovery_codes.clean(self.cleaned_data["code"])

    def find(self, code: str) -> VerifiedCode | None:
        """Look in the sets that nobody has typed a code of yet, else in the newest only."""
        for code_set in recovery_codes.to_check(self.user):
            if row := recovery_codes.find(self.user, code, within=code_set):
                self.code_set = row.code_set
                return RecoveryCodeMatch(row)
        return None
