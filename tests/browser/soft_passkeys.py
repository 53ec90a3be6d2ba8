"""A device's own passkeys, by the virtual authenticator of Chromium's debugging protocol."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import CDPSession, Page


@dataclass
class SoftPasskeys:
    """What holds the passkeys, and its owner beside it."""

    devtools: CDPSession
    id: str

    def _send(self, command: str, **options: Any) -> Any:
        return self.devtools.send(f"WebAuthn.{command}", {"authenticatorId": self.id, **options})

    def cancels(self) -> None:
        """Let its owner fail at the finger, the face and the PIN, which it then no longer takes."""
        self._send("setUserVerified", isUserVerified=False)

    def forgets(self) -> None:
        """Delete every passkey."""
        self._send("clearCredentials")

    @property
    def count(self) -> int:
        """How many passkeys there are."""
        return len(self._send("getCredentials")["credentials"])


@contextmanager
def soft_passkeys(page: Page, *, prf: bool = True) -> Iterator[SoftPasskeys]:
    """Give the browser an authenticator of its own, one that can seal unless told otherwise."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable", {"enableUI": False})
    options = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
        "hasPrf": prf,
    }
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield SoftPasskeys(devtools, str(made["authenticatorId"]))
    devtools.detach()
