"""The rows of what a person holds."""

from devices.models.authenticator import Authenticator
from devices.models.challenge import Challenge
from devices.models.installation import (
    Installation,
    KeyTransfer,
    LinkRequest,
    PhoneCommand,
    RestoreGrant,
)
from devices.models.passkey import Passkey
from devices.models.phone import Phone
from devices.models.session import FormInHand, Session
from devices.models.trusted_browser import TrustedBrowser
from devices.models.vault import KeyProof, KeySlot, Vault, VaultVersion
from devices.models.work import WorkCode

__all__ = [
    "Authenticator",
    "Challenge",
    "FormInHand",
    "Installation",
    "KeyProof",
    "KeySlot",
    "KeyTransfer",
    "LinkRequest",
    "Passkey",
    "Phone",
    "PhoneCommand",
    "RestoreGrant",
    "Session",
    "TrustedBrowser",
    "Vault",
    "VaultVersion",
    "WorkCode",
]
