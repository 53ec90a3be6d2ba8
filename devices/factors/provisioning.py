"""What an authenticator app needs in order to share a secret: a link, its picture, its letters."""

from base64 import b32encode
from itertools import groupby
from urllib.parse import quote, urlencode

import qrcode
from django.conf import settings
from django.utils.safestring import SafeString

from devices.models import Authenticator


def key_of(authenticator: Authenticator) -> str:
    """Return the key in base 32."""
    return b32encode(authenticator.secret).decode().rstrip("=")


def key_in_groups(authenticator: Authenticator) -> str:
    """Return the key for typing: base 32 in groups of four."""
    key = key_of(authenticator)
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


def otpauth_url(authenticator: Authenticator) -> str:
    """Return the `otpauth://` link that every authenticator app understands."""
    issuer = settings.PORTAL_NAME
    # The colon between the two is not escaped, those within them are: a name of the portal may have
    # one, and an app could not tell which of several ends the issuer.
    label = f"{quote(issuer, safe='')}:{quote(authenticator.user.email, safe='')}"
    query = {
        "secret": key_of(authenticator),
        "issuer": issuer,
        "algorithm": "SHA1",
        "digits": settings.AUTHENTICATOR_DIGITS,
        "period": int(settings.AUTHENTICATOR_PERIOD.total_seconds()),
    }
    return f"otpauth://totp/{label}?{urlencode(query, quote_via=quote)}"


def qr_svg(text: str) -> SafeString:
    """Draw a QR code as inline SVG; it has no style attributes, which the CSP would drop."""
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=3)
    code.add_data(text)
    squares = code.get_matrix()
    size = len(squares)
    # Numbers only: the text is in the picture's squares, never in its markup.
    return SafeString(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"'
        f' shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}h-{size}z"/>'
        f'<path fill="#000" d="{_bars(squares)}"/></svg>'
    )


def _bars(squares: list[list[bool]]) -> str:
    """Draw what is dark as one bar for each run in a row: a third of what single squares take."""
    drawn = []
    for row, line in enumerate(squares):
        column = 0
        for is_dark, run in groupby(line):
            length = len(list(run))
            if is_dark:
                drawn.append(f"M{column} {row}h{length}v1h-{length}z")
            column += length
    return "".join(drawn)
