"""The cookie of a trusted browser: `FAMILY.TOKEN`, of which the token is another after each use.

A copy of the cookie is found out at the second use, no matter who makes it: what was used is worth
nothing any more, and says so (as refresh tokens do, RFC 9700 4.14.2). The next token is made from
the one before and the site's key, so that an answer that is lost, and two sign-ins of one browser
at once, end with the same next token. It makes the one before worthless when the browser first
shows it, and a session opens nothing until then (`devices.sessions.trusted_browsers`).
"""

import re
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts.models import User
from core import base64url
from core.web.cookies import Cookie

FAMILY_BYTES, TOKEN_BYTES = 16, 32
VALUE = re.compile(r"[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}", re.ASCII)
SALT = "devices.trust_cookies.next"


def new_value() -> str:
    """Draw the first value of a family."""
    return f"{token_urlsafe(FAMILY_BYTES)}.{token_urlsafe(TOKEN_BYTES)}"


def next_value(value: str) -> str:
    """Return what comes after this value; the same no matter who asks."""
    family = value.partition(".")[0]
    drawn = salted_hmac(SALT, value, algorithm="sha256").digest()
    return f"{family}.{base64url.encode(drawn)}"


def value_in(request: HttpRequest, user: User) -> str:
    """Return the value of this browser's cookie for this person; "" without one."""
    value = request.COOKIES.get(cookie_name(user), "")
    return value if VALUE.fullmatch(value) else ""


def digest_of(value: str, user: User) -> str:
    """Return what the row keeps of a value."""
    return sha256(f"{value}\x1f{user.stamp('trusted')}".encode()).hexdigest()


def family_of(value: str, user: User) -> str:
    """Return what the row keeps of what all values of one browser have in common."""
    return digest_of(value.partition(".")[0], user)


def cookie_name(user: User) -> str:
    """Name the cookie of one person: several can trust the same browser, each for themselves."""
    return f"{settings.TRUSTED_COOKIE_NAME}-{sha256(user.public_id.bytes).hexdigest()[:12]}"


def cookie_for(user: User, value: str, age: timedelta) -> Cookie:
    """Return the cookie that gives the browser a value."""
    return Cookie(cookie_name(user), value, age)
