"""Signing out browsers from elsewhere."""

from django.db import transaction

from accounts import events
from accounts.models import User
from devices.models import Session
from devices.sessions import end_sessions
from portal.http import Client


@transaction.atomic
def end(*, user: User, browser: Session, client: Client, session: str) -> bool:
    """End one session of the person; False if it had ended already."""
    if not Session.objects.of(user).filter(pk=browser.pk).delete()[0]:
        return False
    name = browser.name
    events.record(user, "session:ended", client=client, session=session, browser=name)
    return True


@transaction.atomic
def end_others(*, user: User, client: Client, session: str) -> int:
    """End the person's sessions but the one with the public id `session`; return how many."""
    user.take_turn()
    ended = end_sessions(user, keep=session)
    if ended:
        events.record(user, "sessions:ended", client=client, session=session, sessions=ended)
    return ended
