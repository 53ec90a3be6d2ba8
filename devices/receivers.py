"""How devices follows what accounts does."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import browsers
from accounts.models import User
from accounts.signals import protection_changed
from devices.sessions import SessionStore, end_sessions
from portal.http import client_of


@receiver(user_logged_in, dispatch_uid="devices.stamp_session")
def stamp_session(*, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Write into the session's row who signed in, from where and with what."""
    if isinstance(request.session, SessionStore):
        known = browsers.row_of(request.session, user)
        request.session.sign_in(user, client_of(request), known)


@receiver(protection_changed, dispatch_uid="devices.end_others")
def end_others(*, user: User, keep: str = "", **kwargs: Any) -> None:
    """End the person's other sessions, in the transaction of the change."""
    end_sessions(user, keep=keep)
