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

from portal import branding
from portal.context import brand

FOLDER: Path = settings.BASE_DIR / "static" / "authenticator"
VERSION_LENGTH = 16


def page() -> str:
    """The page of the app, the same for everybody."""
    return render_to_string("devices/authenticator/shell.html", brand())


def worker() -> str:
    """The service worker: its script, preceded by the list of what it keeps."""
    files = {
        **_files(),
        reverse("devices:authenticator"): _sha256(page().encode()),
        reverse("devices:authenticator_kdf"): _sha256(key_derivation().encode()),
        **_branded(),
    }
    version = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()
    given = json.dumps({"version": version[:VERSION_LENGTH], "files": files})
    return f"self.LIST = {given};\n{_script('sw.js')}"


def key_derivation() -> str:
    """The worker that derives keys from passphrases."""
    return _script("kdf-worker.js")


def manifest(name: str) -> dict[str, Any]:
    """The web app manifest for a site of this name."""
    start, icons = reverse("devices:authenticator"), f"{settings.STATIC_URL}authenticator/icons/"
    return {
        "name": f"{name} authenticator",
        "short_name": name,
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
