"""What the authenticator app is made of on the server: a page, a list of hashes, a manifest.

`static/authenticator/precache.json` lists every file the app keeps with its SHA-256; it is made by
`scripts/precache.py`, and `make check` compares it with the files.
"""

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation.trans_real import DjangoTranslation
from django.views.i18n import JavaScriptCatalog

from core.i18n import gettext as _
from core.web import branding
from core.web.context_processors import brand
from devices.authenticator import origin

FOLDER: Path = settings.BASE_DIR / "static" / "authenticator"
VERSION_LENGTH = 16


def page(language: str) -> str:
    """The page of the app, the same for everybody who reads this language."""
    context = {
        **brand(),
        "languages": settings.LANGUAGES,
        "language": language,
        "words": _words(language),
        "portal": origin.portal(),
    }
    with translation.override(language):
        return render_to_string("devices/authenticator/shell.html", context)


@cache
def _words(language: str) -> dict[str, Any]:
    """The sentences of the scripts in this language; of those that have forms, a list."""
    catalog = JavaScriptCatalog()
    paths = [str(path) for path in settings.LOCALE_PATHS]
    catalog.translation = DjangoTranslation(language, domain="djangojs", localedirs=paths)
    words: dict[str, Any] = catalog.get_catalog()
    return words


def worker(language: str) -> str:
    """The service worker: its script, preceded by the list of what it keeps.

    It asks for the page in this language, so that page and hash belong together.
    """
    files = _kept(language)
    version = _hash_of(_lines(files))[:VERSION_LENGTH]
    given = json.dumps({"version": version, "language": language, "files": files})
    return f"self.LIST = {given};\n{_script('sw.js')}"


def listing(language: str) -> str:
    """What the app keeps, as `sha256sum` writes it; the SHA-256 of that is the version."""
    return _lines(_kept(language))


def version(language: str) -> dict[str, str]:
    """The hashes that tell one version of the app from another.

    `version` is that of the listing, `release` that of its lines that are the same on every site
    (static/authenticator/HASH), `worker` that of the service worker below the list it is given.
    """
    return {
        "language": language,
        "version": _hash_of(listing(language)),
        "release": _hash_of(_lines(_files())),
        "worker": _hash_of(_script("sw.js")),
    }


def _kept(language: str) -> dict[str, str]:
    return {
        **_files(),
        reverse("devices:authenticator"): _sha256(page(language).encode()),
        reverse("devices:authenticator_kdf"): _sha256(key_derivation().encode()),
        **_branded(),
    }


def _lines(files: dict[str, str]) -> str:
    """One line for each file, in the order of their paths."""
    return "".join(f"{base64.b64decode(files[path]).hex()}  {path}\n" for path in sorted(files))


def _hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def key_derivation() -> str:
    """The worker that derives keys from passphrases."""
    return _script("core/kdf/kdf-worker.js")


def manifest(name: str) -> dict[str, Any]:
    """The web app manifest for a site of this name."""
    start, icons = reverse("devices:authenticator"), f"{settings.STATIC_URL}authenticator/icons/"
    return {
        "name": _("%(name)s authenticator") % {"name": name},
        "short_name": name,
        "lang": get_language(),
        "id": start,
        "start_url": start,
        "scope": start,
        "display": "standalone",
        "background_color": "#f5f3ee",
        "theme_color": "#0d5c63",
        "icons": [
            _icon(icons, "icon-192", 192, "any"),
            _icon(icons, "icon-512", 512, "any"),
            _icon(icons, "maskable-512", 512, "maskable"),
        ],
    }


def _icon(folder: str, name: str, size: int, purpose: str) -> dict[str, str]:
    sizes = f"{size}x{size}"
    return {"src": f"{folder}{name}.png", "sizes": sizes, "type": "image/png", "purpose": purpose}


def _branded() -> dict[str, str]:
    """The operator's own colours and logo, which the page of the app shows as well."""
    found = {}
    if sheet := branding.style():
        found[reverse("brand_style")] = _sha256(sheet.encode())
    if logo := branding.logo():
        found[reverse("brand_logo")] = _sha256(logo[0])
    return found


@cache
def _files() -> dict[str, str]:
    listed: dict[str, str] = json.loads((FOLDER / "precache.json").read_text())
    return {settings.STATIC_URL + path: digest for path, digest in listed.items()}


@cache
def _script(name: str) -> str:
    return (FOLDER / name).read_text()


def _sha256(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()
