"""List what the authenticator app keeps for offline use, each file with its SHA-256.

Writes static/authenticator/precache.json, and beside it HASH, which is what "Its scripts and
styles" in the app's settings has to read for this release. `--check` compares both with the files
instead, and `--hash` prints the second.
"""

import base64
import hashlib
import json
import sys
from pathlib import Path

STATIC = Path(__file__).resolve().parent.parent / "static"
LIST = STATIC / "authenticator" / "precache.json"
HASH = STATIC / "authenticator" / "HASH"
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
NOT_KEPT = ["authenticator/sw.js", "authenticator/core/kdf/kdf-worker.js"]


def listed() -> dict[str, str]:
    """What has to be kept, each path with its digest."""
    own = {str(path.relative_to(STATIC)) for pattern in PATTERNS for path in STATIC.glob(pattern)}
    return {path: sha256(STATIC / path) for path in sorted(own.union(SHARED) - set(NOT_KEPT))}


def sha256(path: Path) -> str:
    """The digest of a file in base64."""
    return base64.b64encode(hashlib.sha256(path.read_bytes()).digest()).decode()


def hash_of(files: dict[str, str]) -> str:
    """The SHA-256 of the list as `sha256sum` would write it for the paths of a site."""
    lines = [f"{base64.b64decode(files[path]).hex()}  /static/{path}\n" for path in sorted(files)]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def main(arguments: list[str]) -> int:
    """Return 1 if the list is to be checked and is not the one of these files."""
    files = listed()
    wanted = {LIST: json.dumps(files, indent=2) + "\n", HASH: hash_of(files) + "\n"}
    if arguments == ["--hash"]:
        print(hash_of(files))
        return 0
    if arguments != ["--check"]:
        for path, content in wanted.items():
            path.write_text(content)
        return 0
    stale = [path for path in wanted if not path.is_file() or path.read_text() != wanted[path]]
    for path in stale:
        print(f"static/authenticator/{path.name} is stale: run `make assets`")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
