"""Why an answer of a passkey is refused."""

from devices.models import Passkey


class Refused(Exception):
    """The answer is not one to this question, or proves nothing; `passkey` is whose it is."""

    passkey: Passkey | None = None


class UnknownPasskey(Refused):
    """No row has this credential of a person; the browser may be told to forget it."""

    def __init__(self, credential_id: str, rp_id: str) -> None:
        super().__init__("unknown passkey")
        self.credential_id, self.rp_id = credential_id, rp_id


class Changed(Refused):
    """The key is the right one, and says something else of itself than when it was added.

    `change` is "synced", "bound" (to one device) or "counter".
    """

    def __init__(self, of: Passkey, change: str) -> None:
        super().__init__(change)
        self.of, self.change = of, change


class Locked(Refused):
    """The answer is right, and the account of its owner is locked."""


class OfTheApp(Refused):
    """It opens a lock or a backup of the authenticator app, and nobody's account."""
