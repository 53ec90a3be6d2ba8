"""Naming browsers, and signing them out from elsewhere."""

from typing import Any

from django.db import transaction

from accounts.activity import events
from accounts.activity.user_agents import told_of
from accounts.models import EventKind, KnownBrowser, User
from core.http import RequestOrigin
from devices.models import Session, TrustedBrowser
from devices.sessions import trusted_browsers
from devices.sessions.engine import end_sessions


@transaction.atomic
def rename(
    *, user: User, browser: Session | TrustedBrowser, name: str, client: RequestOrigin, session: str
) -> None:
    """Give a browser of the person another name, wherever it is listed.

    A browser that can be known again keeps the name for the next sign-in.
    """
    user.lock_for_update()
    if name == browser.display_name:  # a name that the site made stays one that it can translate
        return
    before, known = browser.name, browser.browser_id
    if known:
        Session.objects.of(user).filter(browser=known).update(name=name)
        user.trusted_browsers.filter(browser=known).update(name=name)
        KnownBrowser.objects.filter(user=user, pk=known).update(name=name)
    else:
        type(browser)._default_manager.filter(user=user, pk=browser.pk).update(name=name)
    kind = EventKind.SESSION_RENAMED
    events.record(user, kind, client=client, session=session, browser=name, before=before)


@transaction.atomic
def end(*, user: User, browser: Session, client: RequestOrigin, session: str) -> bool:
    """End one session of the person and the trust of its browser; False if it had ended."""
    user.lock_for_update()
    if not Session.objects.of(user).filter(pk=browser.pk).delete()[0]:
        return False
    trusted_browsers.end_with(browser)
    about: dict[str, Any] = told_of(browser.name, browser.agent)
    events.record(user, EventKind.SESSION_ENDED, client=client, session=session, **about)
    return True


@transaction.atomic
def end_others(*, user: User, client: RequestOrigin, session: str, here: int | None = None) -> int:
    """End the person's sessions but the one with the public id `session`; return how many.

    Trust ends as well, but that of this browser, whose row is `here`.
    """
    user.lock_for_update()
    ended, untrusted = (
        end_sessions(user, except_session=session),
        trusted_browsers.end_all_of(user, session, here),
    )
    if ended or untrusted:
        counts: dict[str, Any] = {"sessions": ended, "untrusted": untrusted}
        events.record(user, EventKind.SESSIONS_ENDED, client=client, session=session, **counts)
    return ended
