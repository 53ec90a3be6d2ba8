"""What an authenticator app needs in order to share a secret: a link, its picture, its letters."""

from base64 import b32encode
from urllib.parse import quote, urlencode

import qrcode
from django.conf import settings
from django.utils.safestring import SafeString
from qrcode.image.svg import SvgPathFillImage

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
    label = quote(f"{issuer}:{authenticator.user.email}", safe="")
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
    picture = code.make_image(image_factory=SvgPathFillImage)
    # Numbers only: the text is in the picture's squares, never in its markup.
    return SafeString(picture.to_string(encoding="unicode"))
