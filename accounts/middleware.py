"""Closed by default: every page needs a session that proved as much as signing in takes."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.utils import translation
from django.utils.deprecation import MiddlewareMixin

from accounts.authentication import browser_trust
from accounts.authentication.proofs import (
    Strength,
    is_session_worth_its_account,
    to_confirm,
)
from accounts.holds.bindings import Frozen
from accounts.holds.disputes import InDispute
from accounts.holds.keep_or_remove import QUESTION_KEY
from accounts.request_user import authenticated_user

SIGNED_OUT = "signed-out"
"""In the query of the sign-in page: say that the session has ended."""

BEFORE_THE_ANSWER = {
    "accounts:held",
    "accounts:confirm",
    "accounts:confirm_another_way",
    "accounts:confirm_fate",
    "accounts:confirm_options",
    "accounts:confirm_step",
}
BEFORE_THE_PASSWORD = {"accounts:change_password", "accounts:sign_out", *BEFORE_THE_ANSWER}
SETTING_UP = {
    *("accounts:two_step", "accounts:two_step_on", "accounts:sign_out", "accounts:own_case"),
    *("accounts:contact", "accounts:add_address", "accounts:add_number"),
    *("accounts:confirm_contact", "accounts:resend_contact", "accounts:once_more"),
    *("accounts:recovery_codes", "accounts:recovery_codes_new"),
    *("accounts:recovery_codes_download", "accounts:change_password"),
    *("devices:link_phone", "devices:confirm_phone", "devices:index"),
    *("devices:link_app", "devices:confirm_app", "devices:app_state"),
    *("devices:add_passkey", "devices:add_passkey_options"),
    *("devices:dispute", "devices:take_back_own", "devices:help_desk"),
    *BEFORE_THE_ANSWER,
}
"""What opens while an organisation requires two-step verification and it is off."""


class LanguageOfPerson(MiddlewareMixin):
    """Speaks the language that the signed-in person chose, whatever the browser asks for."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: Any,
        view_kwargs: Any,
    ) -> None:
        """Leave alone what never looks at the session."""
        is_open = getattr(view_func, "is_for_anyone", False)
        language = "" if is_open else getattr(request.user, "language", "")
        if language:
            translation.activate(language)
            request.LANGUAGE_CODE = translation.get_language()


class SignInRequired(LoginRequiredMiddleware):
    """Django's middleware, which also ends a session that proved less than its account asks."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: Any,
        view_kwargs: Any,
    ) -> HttpResponseBase | None:
        """Lead to the sign-in page unless the view is public or the session is good."""
        if getattr(view_func, "is_for_anyone", False):
            return None
        if request.user.is_authenticated and not is_session_worth_its_account(request):
            if not browser_trust.keeper().covers(request):
                logout(request)
            elif not browser_trust.is_open(view_func):
                return _to_a_step(request)
        if request.user.is_authenticated and _asks_first(request, view_func):
            return _first_to("accounts:held", request)
        if request.user.is_authenticated and _needs_password(request, view_func):
            return _first_to("accounts:change_password", request)
        if request.user.is_authenticated and _needs_two_step(request, view_func):
            return redirect("accounts:two_step")
        answer: HttpResponseBase | None = super().process_view(
            request, view_func, view_args, view_kwargs
        )
        if answer and _was_signed_in(request):
            # Said by the address: a message would be a row for any made-up cookie.
            answer["Location"] += f"{'&' if '?' in answer['Location'] else '?'}{SIGNED_OUT}"
        return answer


def _asks_first(request: HttpRequest, view: Callable[..., HttpResponseBase]) -> bool:
    """Tell whether the owner still has to say what to do with something that is held."""
    if QUESTION_KEY not in request.session or not getattr(view, "login_required", True):
        return False
    match = request.resolver_match
    return match is None or match.view_name not in BEFORE_THE_ANSWER


def _needs_password(request: HttpRequest, view: Callable[..., HttpResponseBase]) -> bool:
    """Tell whether staff require a new password, which comes before everything else."""
    user = authenticated_user(request)
    if user.password_required_at is None or not getattr(view, "login_required", True):
        return False
    match = request.resolver_match
    return match is None or match.view_name not in BEFORE_THE_PASSWORD


def _needs_two_step(request: HttpRequest, view: Callable[..., HttpResponseBase]) -> bool:
    """Tell whether an organisation requires two-step verification, which is off."""
    user = authenticated_user(request)
    if user.two_step_due is None or user.has_two_step or not user.must_keep_two_step:
        return False
    match = request.resolver_match
    is_guarded = getattr(view, "login_required", True)
    return is_guarded and (match is None or match.view_name not in SETTING_UP)


def _first_to(page: str, request: HttpRequest) -> HttpResponse:
    """Lead to what comes first, and then on to what was asked for."""
    is_page = request.method in ("GET", "HEAD")
    query = urlencode({"next": request.get_full_path()}) if is_page else ""
    return HttpResponseRedirect(f"{resolve_url(page)}?{query}")


def _to_a_step(request: HttpRequest) -> HttpResponse:
    """Ask a session that only a trusted browser vouched for to prove more, then let it go on."""
    is_page = request.method in ("GET", "HEAD")
    return to_confirm(request, Strength.RECOVERED.slug, "" if is_page else "overview")


def _was_signed_in(request: HttpRequest) -> bool:
    """Tell whether the browser shows the cookie of a session that has ended."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and request.session.is_empty()


class DisputeStops(MiddlewareMixin):
    """Says why an act was not done: the account is in dispute."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 409 (RFC 9110 15.5.10): nothing was changed, and it can be tried later."""
        if isinstance(exception, InDispute):
            return render(request, "accounts/in_dispute.html", status=409)
        if isinstance(exception, Frozen):
            return render(request, "accounts/frozen.html", status=403)
        return None
