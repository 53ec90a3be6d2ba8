"""Where an act comes from: written down with its event, and which session stays signed in."""

from dataclasses import dataclass

from django.http import HttpRequest

from accounts.models import User
from accounts.request_user import session_id
from core.web.http import RequestOrigin, client_of


@dataclass(frozen=True)
class Origin:
    """The client and the session that act, and who did if it was not the person.

    `session` is its public id, "" outside of any of the person's. `actor` is a member of staff, who
    acts from no session of the person.
    """

    client: RequestOrigin | None = None
    session: str = ""
    actor: User | None = None

    @property
    def address(self) -> str:
        """The IP address, "" for the portal itself."""
        return self.client.address if self.client else ""

    @property
    def agent(self) -> str:
        """The user agent, "" for the portal itself."""
        return self.client.agent if self.client else ""

    @property
    def network(self) -> str:
        """What limits count, see `RequestOrigin.network`; "" for the portal itself."""
        return self.client.network if self.client else ""


HOST = Origin()
"""The portal itself: a command, a worker, a time that has passed."""


def origin_of(request: HttpRequest) -> Origin:
    """Return where a request comes from that the person makes in a session."""
    return Origin(client_of(request), session_id(request))
