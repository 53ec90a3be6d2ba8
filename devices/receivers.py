"""How devices follows what accounts does."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.authentication import known_browsers
from accounts.models import User
from accounts.signals import Ended, protection_changed, set_up_changed, two_step_ended
from core.web.http import client_of
from devices.authenticator import work_accounts
from devices.backups.access import grants
from devices.backups.apps import app_linking
from devices.sessions import trusted_browsers
from devices.sessions.engine import SessionStore, end_sessions


@receiver(user_logged_in, dispatch_uid="devices.stamp_session")
def stamp_session(*, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Write into the session's row who signed in, from where and with what."""
    if isinstance(request.session, SessionStore):
        session = request.session
        known, trusted_id = known_browsers.row_of(session, user), trusted_browsers.id_in(session)
        session.sign_in(user, client_of(request), known, trusted_id)


@receiver(protection_changed, dispatch_uid="devices.end_others")
def end_others(*, user: User, except_session: str = "", **kwargs: Any) -> Ended:
    """End the person's other sessions, and all trust, in the transaction of the change."""
    return {
        "sessions": end_sessions(user, except_session=except_session),
        "trusted": trusted_browsers.end_all_of(user, except_session),
    }


@receiver(protection_changed, dispatch_uid="devices.end_links")
def end_links(*, user: User, except_session: str = "", **kwargs: Any) -> None:
    """End codes for phones, and what was given in other sessions to open the backup."""
    app_linking.end(user.link_requests.all())
    grants.end_others(user, except_session)
    work_accounts.end_begun(user, except_session)


@receiver(set_up_changed, dispatch_uid="devices.end_trust")
def end_trust(*, user: User, except_session: str = "", **kwargs: Any) -> None:
    """End all trust, in the transaction of the change."""
    trusted_browsers.end_all_of(user, except_session)


@receiver(two_step_ended, dispatch_uid="devices.revoke_permissions")
def revoke_permissions(*, user: User, **kwargs: Any) -> None:
    """Revoke permissions to open the backup, codes for phones and work accounts, and all trust."""
    app_linking.end(user.link_requests.all())
    grants.end_others(user, "")
    work_accounts.end_begun(user)
    trusted_browsers.end_all_of(user)
