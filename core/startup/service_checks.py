"""Start-up checks of what the site needs around it: a sender, a contact, a proxy."""

from email.utils import getaddresses
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import EmailValidator, validate_email


def check_sender(**kwargs: Any) -> list[CheckMessage]:
    """Try the sender of every mail: in the worker, a fault of it would stop them all."""
    sender, right = settings.DEFAULT_FROM_EMAIL, '"Example, Inc." <no-reply@example.org>'
    if _is_one_sender(sender):
        return []
    setting = "EMAIL_FROM or PORTAL_NAME"
    problem = f"Mail cannot be sent as “{sender}”: {setting} must look like {right}."
    return [Error(problem, id="portal.E020")]


def _is_one_sender(sender: str) -> bool:
    """Tell whether this is one name and one address, and mail can be written from it."""
    found = getaddresses([sender])
    name, address = found[0] if len(found) == 1 else ("", "")
    try:
        # Any host will do: in a house of one's own it may be one word.
        EmailValidator(allowlist=[address.rpartition("@")[2]])(address)
        EmailMessage("Subject", "Text", sender, ["ada@example.org"]).message().as_bytes()
    except (ValidationError, ValueError, IndexError):
        return False
    return name.isprintable()


def check_security_contact(**kwargs: Any) -> list[CheckMessage]:
    """A contact of security.txt is a page, an address or a number (RFC 9116, 2.5.3)."""
    contact = settings.SECURITY_CONTACT
    if not contact or security_contact():
        return []
    problem = f"SECURITY_CONTACT is “{contact}”; it must be https://…, or an e-mail address."
    return [Error(problem, id="portal.E018")]


def security_contact() -> str:
    """Return the contact as an address of the web; "" for none, or for what is none."""
    contact = settings.SECURITY_CONTACT.strip()
    try:
        validate_email(contact.removeprefix("mailto:"))
    except ValidationError:
        is_link = contact.startswith(("https://", "tel:+")) and contact.isprintable()
        return contact if is_link and " " not in contact else ""
    return f"mailto:{contact.removeprefix('mailto:')}"


def check_proxy(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a deployment that does not say who is in front of it.

    Unnamed, a proxy is taken for the visitor: one stranger uses up the tries of everybody.
    """
    if settings.DEBUG or settings.TRUSTED_PROXIES or settings.IS_WITHOUT_PROXY:
        return []
    problem = (
        "TRUSTED_PROXIES is empty: name the addresses or networks of the proxies in front of the "
        "site (such as 127.0.0.1, or unix for a socket), or say none if browsers reach it directly."
    )
    return [Error(problem, id="portal.E015")]
