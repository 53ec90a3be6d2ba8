"""Changing the password, and resetting it by a link."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from accounts.activity import events
from accounts.activity.effects import Effect
from accounts.activity.origin import Origin, origin_of
from accounts.authentication import known_browsers, throttling
from accounts.authentication.proofs import MAILBOX, Strength, is_enough, to_confirm
from accounts.forms.links import TokenForm
from accounts.forms.security import ChangePasswordForm
from accounts.forms.sign_in import NewPasswordForm, ResetForm
from accounts.guards.binding_proof import is_proved_twice
from accounts.guards.interrupted_forms import confirms, press_once_more
from accounts.holds import bindings, cancelling, disputes
from accounts.links import link_mail
from accounts.models import EmailAddress, EventKind, OneTimeLink
from accounts.models.user import PASSWORD_FIELDS
from accounts.request_user import authenticated_user
from accounts.views.shortcuts import show_form
from core.i18n import gettext as _
from core.i18n import gettext_lazy
from core.web.http import client_of, safe_next

RESET_KEY = "reset_link"


@sensitive_post_parameters()
@confirms(gettext_lazy("change your password"))
def change_password(request: HttpRequest) -> HttpResponse:
    """Change the password of a signed-in person; every other session ends."""
    user = authenticated_user(request)
    goes_on = safe_next(request) if user.password_required_at else ""
    if user.has_two_step and not is_enough(request, Strength.RECOVERED):
        return to_confirm(request, Strength.RECOVERED.slug)
    # A password that others may know proves nothing.
    if user.password_required_at and not is_proved_twice(request):
        return to_confirm(request, MAILBOX)
    bindings.check_not_frozen(user, bindings.ground_of(request))
    press_once_more(request)
    form = ChangePasswordForm(request.POST or None, user=user, origin=Origin(client_of(request)))
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            disputes.lock_for_update(user)  # the other side could come back with a reset only
            user.set_password(form.cleaned_data["new_password"])
            user.save(update_fields=PASSWORD_FIELDS)
            update_session_auth_hash(request, user)
            origin = origin_of(request)
            if is_proved_twice(request):
                cancelling.cancel_held(user, origin=origin, effect=Effect.NOTHING)
            events.record(user, EventKind.PASSWORD_CHANGED, origin=origin)
        throttling.forgive_passwords(user)
        link_mail.forget(user)
        messages.success(
            request, _("Your password has been changed. Other browsers are signed out.")
        )
        return redirect(goes_on or "accounts:contact")
    return show_form(request, "accounts/change_password.html", form)


@login_not_required
@never_cache
def reset_password(request: HttpRequest) -> HttpResponse:
    """Ask for the address; the same answer, and the same work, for every address."""
    form = ResetForm(request.POST or None, origin=Origin(client_of(request)))
    if request.method == "POST" and form.is_valid():
        return sent_page(link_mail.ask(form.cleaned_data["email"], "reset"))
    return show_form(request, "accounts/reset_password.html", form)


@login_not_required
@require_GET
def reset_sent(request: HttpRequest) -> HttpResponse:
    """Say where to look: for the mail of which minute."""
    return render(request, "accounts/reset_sent.html", {"asked_at": _asked_at(request)})


def sent_page(asked_at: datetime) -> HttpResponse:
    """Lead to the page that names the mail to look for."""
    return redirect(f"{resolve_url('accounts:reset_sent')}?mail={int(asked_at.timestamp())}")


def _asked_at(request: HttpRequest) -> datetime | None:
    """Return the moment that the address names, if a mail of then may still be looked for."""
    named, now = request.GET.get("mail", ""), timezone.now()
    if not (named.isascii() and named.isdigit() and len(named) <= 11):
        return None
    asked_at = datetime.fromtimestamp(int(named), tz=now.tzinfo)
    return asked_at if timedelta(0) <= now - asked_at <= settings.PASSWORD_RESET_AGE else None


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def reset_link(request: HttpRequest) -> HttpResponse:
    """Take the token of a link into the session; only a link that works is worth a row."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        token = form.cleaned_data["token"]
        if OneTimeLink.find(token, "reset") is None:
            return render(request, "accounts/reset_refused.html", status=400)
        request.session[RESET_KEY] = token
        return redirect("accounts:reset_new")
    return show_form(request, "accounts/open_link.html", form)


@login_not_required
@never_cache
@sensitive_post_parameters()
def reset_new(request: HttpRequest) -> HttpResponse:
    """Take the new password; the second step is still asked at the sign-in that follows."""
    link = OneTimeLink.find(str(request.session.get(RESET_KEY, "")), "reset")
    if link is None:
        return render(request, "accounts/reset_refused.html", status=400)
    form = NewPasswordForm(request.POST or None, user=link.user)
    if request.method == "POST" and form.is_valid():
        if not _reset(request, link, form.cleaned_data["new_password"]):
            return render(request, "accounts/reset_refused.html", status=400)
        messages.success(request, _("Your password has been changed. Sign in with the new one."))
        return redirect("accounts:sign_in")
    return show_form(request, "accounts/reset_new.html", form, address=link.user.email)


def _reset(request: HttpRequest, link: OneTimeLink, password: str) -> bool:
    user = link.user
    with transaction.atomic():
        if not link.consume():
            return False
        user.set_password(password)
        # Without two-step no code stands for a second factor, so none is barred.
        user.reset_mailbox = link.mailbox if user.has_two_step else None
        user.frozen_at = None
        changed = [*PASSWORD_FIELDS, "reset_mailbox", "frozen_at"]
        user.save(update_fields=changed)
        spare, origin = EmailAddress.factor_of(link.mailbox_id), Origin(client_of(request))
        cancelling.cancel_held(user, origin=origin, spare=spare, effect=Effect.NOTHING)
        events.record(user, EventKind.PASSWORD_RESET, origin=origin)
    throttling.forgive_passwords(user)
    link_mail.forget(user)
    request.session.flush()
    # Strangers may have used up all tries again before the new password is typed here.
    known_browsers.open_tries(request, user, f"reset:{link.pk}")
    return True
