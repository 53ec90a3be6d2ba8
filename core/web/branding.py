"""How a site looks as its own: accent colour, logo, and where people find help.

An accent is refused at start-up unless text in it can be read on every ground it stands on, in
light and in dark (WCAG 2.2, 1.4.3 and 1.4.11).
"""

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from django.urls import reverse

Colour = tuple[float, float, float]  # red, green, blue; 0 to 255
HEX = re.compile(r"#?([0-9a-fA-F]{6})")
CONTRAST = 4.5
WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
LOGO_KINDS = {".svg": "image/svg+xml", ".png": "image/png"}
LOGO_BYTES = 64 * 1024
DIGEST_LENGTH = 12


@dataclass(frozen=True)
class Ground:
    """What an accent stands on in one scheme, as static/css/tokens.css has it.

    `away` is the end of the scale that the accent moves to when it is to stand out more.
    """

    scheme: str
    paper: Colour
    card: Colour
    ink: Colour
    away: Colour


def colour(text: str) -> Colour:
    """Read `#rrggbb`; raises `ImproperlyConfigured`."""
    match = HEX.fullmatch(text.strip())
    if match is None:
        raise ImproperlyConfigured(f"{text!r} is not a colour such as #0d5c63.")
    digits = match[1]
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


LIGHT = Ground("light", colour("#f5f3ee"), WHITE, colour("#1b2430"), BLACK)
DARK = Ground("dark", colour("#12161c"), colour("#1a2028"), colour("#0b1a1c"), WHITE)


def hex_of(value: Colour) -> str:
    """Write a colour as `#rrggbb`."""
    return "#" + "".join(f"{round(part):02x}" for part in value)


def mixed(value: Colour, other: Colour, share: float) -> Colour:
    """Mix in a share (0 to 1) of another colour."""
    red, green, blue = (a + (b - a) * share for a, b in zip(value, other, strict=True))
    return red, green, blue


def _linear(part: float) -> float:
    scaled = part / 255
    return float(scaled / 12.92 if scaled <= 0.04045 else ((scaled + 0.055) / 1.055) ** 2.4)


def _luminance(value: Colour) -> float:
    red, green, blue = (_linear(part) for part in value)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@dataclass(frozen=True)
class Accent:
    """The accent of one scheme and the colours that follow from it."""

    value: Colour
    ground: Ground

    @property
    def strong(self) -> Colour:
        """The accent under the pointer."""
        return mixed(self.value, self.ground.away, 0.25)

    @property
    def tint(self) -> Colour:
        """The ground of things that belong to the accent."""
        return mixed(self.ground.card, self.value, 0.1)

    @property
    def on_accent(self) -> Colour:
        """The text on a button: white or ink, whichever can be read better."""
        texts = (WHITE, self.ground.ink)
        return max(texts, key=lambda text: contrast(text, self.value))

    @property
    def least_contrast(self) -> float:
        """The lowest contrast it has anywhere."""
        ground = self.ground
        text = [contrast(self.value, on) for on in (ground.paper, ground.card, self.tint)]
        return min(*text, contrast(self.on_accent, self.value))

    @property
    def tokens(self) -> dict[str, str]:
        """The custom properties of static/css/tokens.css that it sets."""
        return {
            "--accent": hex_of(self.value),
            "--accent-strong": hex_of(self.strong),
            "--accent-tint": hex_of(self.tint),
            "--on-accent": hex_of(self.on_accent),
        }


def accents() -> list[Accent]:
    """Return the accents of both schemes; none if `BRAND_ACCENT` is not set.

    Without `BRAND_ACCENT_DARK` the light one is lightened until it can be read in the dark.
    Raises `ImproperlyConfigured`.
    """
    return _accents(settings.BRAND_ACCENT, settings.BRAND_ACCENT_DARK)


@lru_cache(maxsize=4)
def _accents(light: str, dark: str) -> list[Accent]:
    if not light:
        return []
    given = Accent(colour(light), LIGHT)
    return [given, Accent(colour(dark), DARK) if dark else _for_the_dark(given.value)]


def _for_the_dark(value: Colour) -> Accent:
    tried = (Accent(mixed(value, WHITE, step / 20), DARK) for step in range(21))
    return next(accent for accent in tried if accent.least_contrast >= CONTRAST)


def style() -> str:
    """Return the style sheet that puts the accent in place; "" without one."""
    found = accents()
    if not found:
        return ""
    light, dark = (_rule(accent) for accent in found)
    return f"{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


def _rule(accent: Accent) -> str:
    lines = "\n".join(f"  {name}: {value};" for name, value in accent.tokens.items())
    return f":root {{\n{lines}\n}}"


def mail_accents() -> dict[str, dict[str, str]]:
    """Return the colours that mails use, by scheme; style sheets reach no mailbox."""
    return {
        accent.ground.scheme: {
            "accent": hex_of(accent.value),
            "on_accent": hex_of(accent.on_accent),
        }
        for accent in accents()
    }


def style_url() -> str:
    """Return the address of the style sheet, new with every colour; "" without one."""
    sheet = style()
    return f"{reverse('brand_style')}?{_digest(sheet.encode())}" if sheet else ""


@lru_cache(maxsize=2)
def _logo(path: str) -> tuple[bytes, str, str]:
    content = Path(path).read_bytes()
    return content, LOGO_KINDS[Path(path).suffix.lower()], _digest(content)


def logo() -> tuple[bytes, str] | None:
    """Return the operator's logo and its media type, if there is one."""
    return _logo(settings.BRAND_LOGO)[:2] if settings.BRAND_LOGO else None


def logo_url() -> str:
    """Return the address of the logo; "" without one."""
    if not settings.BRAND_LOGO:
        return ""
    return f"{reverse('brand_logo')}?{_logo(settings.BRAND_LOGO)[2]}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:DIGEST_LENGTH]


def problems() -> list[str]:
    """Say what is wrong with the settings of this module."""
    return [*_of_colours(), *_of_logo(), *_of_links()]


def _of_colours() -> list[str]:
    try:
        found = accents()
    except ImproperlyConfigured as error:
        return [f"BRAND_ACCENT: {error}"]
    return [
        f"The accent {hex_of(accent.value)} has a contrast of {accent.least_contrast:.1f} "
        f"in the {accent.ground.scheme} scheme; text needs {CONTRAST}."
        for accent in found
        if accent.least_contrast < CONTRAST
    ]


def _of_logo() -> list[str]:
    if not settings.BRAND_LOGO:
        return []
    path = Path(settings.BRAND_LOGO)
    if path.suffix.lower() not in LOGO_KINDS or not path.is_file():
        return ["BRAND_LOGO names no .svg or .png file that can be read."]
    if path.stat().st_size > LOGO_BYTES:
        return [f"BRAND_LOGO is larger than {LOGO_BYTES // 1024} KiB."]
    return []


def _of_links() -> list[str]:
    found = [
        f"{name} reads https://…"
        for name in ("TERMS_URL", "PRIVACY_URL")
        if getattr(settings, name) and not _is_web(getattr(settings, name))
    ]
    try:
        validate_email(settings.SUPPORT_ADDRESS or "none@example.org")
    except ValidationError:
        found.append("SUPPORT_ADDRESS is not an e-mail address.")
    return found


def _is_web(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("https", "http") and bool(parts.hostname)
