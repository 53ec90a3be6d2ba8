"""List what the authenticator app keeps for offline use, each file with its SHA-256.

Writes static/authenticator/precache.json; with `--check`, compares it with the files instead.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "static"
LIST = STATIC / "authenticator" / "precache.json"
SHARED = [
    "css/base.css",
    "css/parts.css",
    "css/tokens.css",
    "img/icons.svg",
    "img/mark.svg",
    "vendor/pico/pico.min.css",
    "vendor/hash-wasm/argon2.js",
    "vendor/hash-wasm/scrypt.js",
    "vendor/qr/decode.js",
    "vendor/qr/index.js",
]
PATTERNS = [
    "vendor/noble-hashes/*.js",
    "authenticator/**/*.js",
    "authenticator/*.css",
    "authenticator/icons/icon-192.png",
]
# The browser keeps the service worker itself; the other has an address outside of static/.
NOT_KEPT = ["authenticator/sw.js", "authenticator/kdf-worker.js"]


def listed() -> str:
    """The list as it has to be, as JSON."""
    own = {str(path.relative_to(STATIC)) for pattern in PATTERNS for path in STATIC.glob(pattern)}
    paths = sorted(own.union(SHARED) - set(NOT_KEPT))
    return json.dumps({path: sha256(STATIC / path) for path in paths}, indent=2) + "\n"


def sha256(path: Path) -> str:
    """The digest of a file in base64."""
    return base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode()


def main(arguments: list[str]) -> int:
    """Return 1 if the list is to be checked and is not the one of these files."""
    wanted = listed()
    if arguments != ["--check"]:
        LIST.write_text(wanted)
        return 0
    if LIST.is_file() and LIST.read_text() == wanted:
        return 0
    print("static/authenticator/precache.json is stale: run scripts/precache.py")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
