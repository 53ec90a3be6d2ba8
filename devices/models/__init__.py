"""The rows of what a person holds."""

from devices.models.authenticator import Authenticator
from devices.models.challenge import Challenge
from devices.models.passkey import Passkey
from devices.models.phone import Phone
from devices.models.session import Session
from devices.models.trusted_browser import TrustedBrowser

__all__ = ["Authenticator", "Challenge", "Passkey", "Phone", "Session", "TrustedBrowser"]
