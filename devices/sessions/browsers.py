"""Naming browsers, and signing them out from elsewhere."""

from django.db import transaction

from accounts.activity import events
from accounts.activity.details import Details
from accounts.activity.origin import Origin
from accounts.activity.user_agents import told_of
from accounts.models import EventKind, KnownBrowser, User
from devices.models import Session, TrustedBrowser
from devices.sessions import trusted_browsers
from devices.sessions.engine import end_sessions


@transaction.atomic
def rename(*, user: User, browser: Session | TrustedBrowser, name: str, origin: Origin) -> None:
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
    events.record(user, kind, origin=origin, browser=name, before=before)


@transaction.atomic
def end(*, user: User, browser: Session, origin: Origin, reason: str = "") -> bool:
    """End one session of the person and the trust of its browser; False if it had ended.

    `reason` is that of the member of staff who acts, if one does.
    """
    user.lock_for_update()
    if not Session.objects.of(user).filter(pk=browser.pk).delete()[0]:
        return False
    trusted_browsers.end_with(browser)
    about: Details = told_of(browser.name, browser.agent)
    kind = EventKind.SESSION_ENDED
    if origin.actor:
        kind, about = EventKind.SESSION_ENDED_BY_STAFF, {**about, "reason": reason}
    events.record(user, kind, origin=origin, **about)
    return True


@transaction.atomic
def end_others(*, user: User, origin: Origin, here: int | None = None) -> int:
    """End the person's sessions but the one that acts; return how many.

    Trust ends as well, but that of this browser, whose row is `here`.
    """
    user.lock_for_update()
    ended, untrusted = (
        end_sessions(user, except_session=origin.session),
        trusted_browsers.end_all_of(user, origin.session, here),
    )
    if ended or untrusted:
        counts: Details = {"sessions": ended, "untrusted": untrusted}
        events.record(user, EventKind.SESSIONS_ENDED, origin=origin, **counts)
    return ended
