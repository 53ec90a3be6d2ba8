"""Closed by default: every page needs a session that proved as much as signing in takes."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from accounts.proofs import is_session_worth_its_account


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
            logout(request)
        answer: HttpResponseBase | None = super().process_view(
            request, view_func, view_args, view_kwargs
        )
        if answer and _was_signed_in(request):
            messages.warning(request, _("You were signed out. Sign in again to go on."))
        return answer


def _was_signed_in(request: HttpRequest) -> bool:
    """Tell whether the browser shows the cookie of a session that is over."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and request.session.is_empty()
