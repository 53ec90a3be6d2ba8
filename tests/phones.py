"""The authenticator app on a phone of the tests: linked, and calling the portal as it would."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_bytes
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from devices.api.http import digest_of, fingerprint
from devices.models import Installation, RestoreGrant
from tests.live import Visitor
from tests.people import Person

API = "/api/authenticator/v1/"


@dataclass
class App:
    """The app on one phone; answers are those of Django's client or of a visitor's `httpx`."""

    installation: Installation
    secret: str
    http: Client | Visitor

    @property
    def authorization(self) -> str:
        """What it shows to the portal."""
        return f"Device {self.installation.public_id}.{self.secret}"

    def get(self, path: str, **headers: str) -> Any:
        """Ask for what stands under this path of the API; `If_None_Match` is a header, too."""
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """Post a value as JSON."""
        return self.send("POST", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        """Put a value as JSON."""
        return self.send("PUT", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        """Delete what stands there."""
        return self.send("DELETE", path, **headers)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send any request; bytes go as they are."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        content = b"" if body is None else raw
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named = {"Authorization": self.authorization, **named}
        if isinstance(self.http, Visitor):
            kind = {"Content-Type": "application/json"}
            return self.http.http.request(
                method, API + path, content=content, headers={**kind, **named}
            )
        return self.http.generic(method, API + path, content, "application/json", headers=named)

    def reload(self) -> Installation:
        """Read its row again."""
        self.installation = Installation.objects.get(pk=self.installation.pk)
        return self.installation

    def twin(self) -> "App":
        """Return the same app on another connection, to call at the same moment."""
        assert isinstance(self.http, Visitor)
        return App(self.installation, self.secret, self.http.twin())


def give_app(person: Person, http: Client | Visitor, name: str = "Pixel 9", **fields: Any) -> App:
    """Link the app on one more phone, as if long ago: active if no other is, else superseded."""
    secret = new_secret()
    status = Installation.Status
    if "status" not in fields:
        is_second = person.user.installations.active().exists()
        fields["status"] = status.SUPERSEDED if is_second else status.ACTIVE
    row = Installation.objects.create(
        user=person.user, name=name, digest=digest_of(fingerprint(secret)), **fields
    )
    return App(row, secret, http)


def new_secret() -> str:
    """Draw what a phone shows to prove who it is."""
    return base64url(token_bytes(32))


def base64url(raw: bytes) -> str:
    """Write bytes as the API wants them."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def grant(app: App, **fields: Any) -> RestoreGrant:
    """Give this phone permission to read the vault, as the portal does after a sign-in."""
    now = timezone.now()
    times = {"available_at": now, "expires_at": now + settings.RESTORE_GRANT_AGE, **fields}
    return RestoreGrant.objects.create(installation=app.installation, **times)


def grant_later(app: App, wait: timedelta) -> RestoreGrant:
    """Give leave that counts only after a wait."""
    now = timezone.now()
    until = now + wait + settings.RESTORE_GRANT_AGE
    return grant(app, available_at=now + wait, expires_at=until)
