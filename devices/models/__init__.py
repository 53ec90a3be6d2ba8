"""The rows of what a person holds."""

from devices.models.authenticator import Authenticator
from devices.models.phone import Phone
from devices.models.session import Session

__all__ = ["Authenticator", "Phone", "Session"]
