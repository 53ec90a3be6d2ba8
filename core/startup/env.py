"""Reading the environment: each value as it stands, and each fault in one sentence.

Nothing in a value refers to another variable: `$` is a character like any other. Secrets may come
from files: `SECRET_KEY_FILE=/run/secrets/key` instead of `SECRET_KEY`.
"""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured
from phonenumbers import SUPPORTED_REGIONS

YES = ("true", "1", "yes", "on")
NO = ("false", "0", "no", "off", "")
DEFAULT_PORTS = {"https": 443, "http": 80}
HOST = re.compile(r"\[[0-9a-f:.]+\]|(?!-)[a-z0-9-]+(?:\.[a-z0-9-]+)*", re.ASCII)
LINE = re.compile(r"(?:export )?(?P<name>[A-Za-z_][A-Za-z_0-9]*)=(?P<value>.*)")
SECRETS = (
    "SECRET_KEY",
    "SEALING_KEYS",
    "DATABASE_URL",
    "CACHE_URL",
    "EMAIL_URL",
    "SMS_URL",
)
"""What may come from a file of its own, and is never repeated in a sentence."""

DRIVERS = {"RedisCache": "redis", "PyMemcacheCache": "pymemcache", "PyLibMCCache": "pylibmc"}
"""What Django's caches import only when they are first used."""

NEAR = 0.83
"""How alike a name has to be to one that is read, in order to be taken for a slip of it."""


class WrongSettings(ImproperlyConfigured):
    """What is wrong with the environment, a sentence each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = list(faults)


# Under other names, as methods of `Env` have these: they are called as django-environ's are.
Text = str
Texts = list[str]
Number = int
Flag = bool
Config = dict[str, Any]


class Env:
    """The environment, with a file behind it; collects faults, which `refuse` tells all at once."""

    def __init__(self, given: Mapping[Text, Text], file: Path, *, is_named: Flag) -> None:
        self.faults: Texts = []
        self._given = given
        self._kept = self._read(file, is_named)
        self._names: set[Text] = set()

    def _read(self, file: Path, is_named: Flag) -> dict[Text, Text]:
        try:
            lines = file.read_text(encoding="utf-8-sig").splitlines()
        except FileNotFoundError:
            if is_named:
                self.faults.append(f"ENV_FILE names {file}, which does not exist.")
            return {}
        except (OSError, UnicodeDecodeError) as error:
            self.faults.append(f"{file} cannot be read ({type(error).__name__}).")
            return {}
        found: dict[Text, Text] = {}
        for number, line in enumerate(lines, start=1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            match = LINE.fullmatch(line.strip())
            if match is None:
                self.faults.append(f"Line {number} of {file} is not NAME=value.")
                continue
            found[match["name"]] = _unquoted(match["value"])
        return found

    def _value(self, name: Text) -> Text | None:
        """Return the value as it stands, from the environment, the file, or a file of its own."""
        self._names.add(name)
        path = self._plain(f"{name}_FILE")
        if path is None or name not in SECRETS:
            return self._plain(name)
        self._names.add(f"{name}_FILE")
        if self._plain(name):
            self.faults.append(f"{name} and {name}_FILE are both set: keep one of them.")
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            self.faults.append(
                f"{name}_FILE names {path}, which cannot be read ({type(error).__name__})."
            )
            return None

    def _plain(self, name: Text) -> Text | None:
        return self._given.get(name, self._kept.get(name))

    def _wrong(self, name: Text, value: Text, right: Text) -> None:
        self.faults.append(f"{name} is {value!r}: it must be {right}.")

    def str(self, name: Text, default: Text = "") -> Text:
        """Return any text."""
        value = self._value(name)
        return default if value is None else value

    def choice(self, name: Text, default: Text, among: Sequence[Text]) -> Text:
        """Return one of a few words."""
        value = self._value(name)
        if value is None or value == "":
            return default
        if value not in among:
            self._wrong(name, value, " or ".join(among))
            return default
        return value

    def bool(self, name: Text, default: Flag = False) -> Flag:
        """Return yes or no."""
        value = self._value(name)
        if value is None:
            return default
        word = value.strip().lower()
        if word not in (*YES, *NO):
            self._wrong(name, value, "true or false")
        return word in YES

    def int(
        self, name: Text, default: Number, *, least: Number = 0, most: Number | None = None
    ) -> Number:
        """Return a whole number between two bounds."""
        value = self._value(name)
        if value is None or value == "":
            return default
        bounds = f"from {least} to {most}" if most is not None else f"of at least {least}"
        try:
            number = Number(value)
        except ValueError:
            number = least - 1
        if number < least or (most is not None and number > most):
            self._wrong(name, value, f"a whole number {bounds}")
            return default
        return number

    def list(self, name: Text, default: Sequence[Text] = ()) -> Texts:
        """Return what commas part, without the blanks around it."""
        value = self._value(name)
        if value is None:
            return [*default]
        return [part.strip() for part in value.split(",") if part.strip()]

    def origin(self, name: Text, default: Text = "") -> Text:
        """Return an origin in the form that browsers send it; "" if there is none."""
        value = (self._value(name) or default).strip()
        return self._origin(name, value) if value else ""

    def origins(self, name: Text) -> Texts:
        """Return origins, which commas part."""
        return [self._origin(name, value) for value in self.list(name)]

    def _origin(self, name: Text, value: Text) -> Text:
        try:
            return canonical_origin(value)
        except ValueError:
            self._wrong(name, value, "https://host or https://host:port, and no more")
            return value

    def zone(self, name: Text, default: Text) -> Text:
        """Return the name of a time zone."""
        value = self._value(name) or default
        try:
            ZoneInfo(value)
        except (ValueError, OSError, ZoneInfoNotFoundError):
            self._wrong(name, value, "a time zone such as Europe/Amsterdam, or UTC")
            return default
        return value

    def countries(self, name: Text, default: Sequence[Text] = ()) -> Texts:
        """Return ISO 3166 codes of countries that have telephones."""
        codes = [code.upper() for code in self.list(name, default)]
        for code in codes:
            if code not in SUPPORTED_REGIONS:
                self._wrong(name, code, "codes of countries such as NL,BE")
        return [code for code in codes if code in SUPPORTED_REGIONS]

    def db(self, name: Text, default: Text) -> Config:
        """Return a database of Django's."""
        right = "postgres://user:password@host/name or sqlite:///file"
        config: Config = self._url(name, default, environ.Env.db_url_config, right)
        engine = Text(config.get("ENGINE", ""))
        if config and not engine.endswith(("postgresql", "sqlite3")):
            self.faults.append(f"{name} names a kind of database that is not supported: {right}.")
        if config and not config.get("NAME"):
            self.faults.append(f"{name} names no database: it must be {right}.")
        return config

    def cache(self, name: Text, default: Text) -> Config:
        """Return a cache of Django's whose parts are installed."""
        right = "locmemcache://, rediscache://host:port/0 or another of django-environ's"
        config = self._url(name, default, environ.Env.cache_url_config, right)
        backend = Text(config.get("BACKEND", ""))
        package = DRIVERS.get(backend.rpartition(".")[2], backend.partition(".")[0])
        if backend and find_spec(package) is None:
            self.faults.append(
                f"{name} needs the Python package {package}, which is not installed."
            )
        return config

    def email_url(self, name: Text, default: Text) -> Config:
        """Return Django's settings of the mail server."""
        right = "smtp+tls://user:password@host:587 or smtp+ssl://user:password@host:465"
        config = self._url(name, default, environ.Env.email_url_config, right)
        is_smtp = Text(config.get("EMAIL_BACKEND", "")).endswith("smtp.EmailBackend")
        if is_smtp and not config.get("EMAIL_HOST"):
            self.faults.append(f"{name} names no host: it must be {right}.")
        return config

    def _url(self, name: Text, default: Text, parse: Callable[[Text], Any], right: Text) -> Config:
        """Parse an address that may hold a password, and so is not repeated."""
        value = self._value(name) or default
        try:
            return dict(parse(value))
        except (ImproperlyConfigured, ValueError, KeyError, AttributeError, TypeError):
            self.faults.append(f"{name} cannot be read: it must be {right}.")
            return dict(parse(default))

    def check(self) -> None:
        """Raise `WrongSettings` if anything was wrong, a slip in a name included."""
        known = {*self._names, *(f"{name}_FILE" for name in SECRETS), "ENV_FILE"}
        for name in sorted({*self._given, *self._kept} - known):
            near = get_close_matches(name.upper(), known, n=1, cutoff=NEAR)
            if near and near[0] not in self._given and near[0] not in self._kept:
                self.faults.append(f"{name} is not a setting. Did you mean {near[0]}?")
        if self.faults:
            raise WrongSettings(self.faults)


def canonical_origin(text: str) -> str:
    """Return the origin as browsers serialize it (RFC 6454, 6.2); raises `ValueError` for none.

    Small letters, letters of other alphabets in punycode, no port that goes without saying.
    """
    parts = urlsplit(text)
    host, port = parts.hostname or "", parts.port  # a port that is none raises ValueError
    if any((parts.path.strip("/"), parts.query, parts.fragment, parts.username is not None)):
        raise ValueError
    if parts.scheme not in DEFAULT_PORTS or not host or host.endswith(".") or port == 0:
        raise ValueError
    if ":" in host:
        host = f"[{ip_address(host).compressed}]"
    elif not host.isascii():
        host = host.encode("idna").decode("ascii")
    if not HOST.fullmatch(host):
        raise ValueError
    return f"{parts.scheme}://{host}" + (
        f":{port}" if port and port != DEFAULT_PORTS[parts.scheme] else ""
    )


def _unquoted(value: str) -> str:
    """Take one pair of quotes off, in which nothing else is special."""
    value = value.strip()
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if is_quoted else value


def refuse(env: Env) -> None:
    """Raise `WrongSettings` if anything was wrong with what was read."""
    env.check()


def read(base: Path) -> Env:
    """Read the environment and, behind it, the file that `ENV_FILE` names, or `.env`."""
    named = os.environ.get("ENV_FILE")
    return Env(os.environ, Path(named or base / ".env"), is_named=bool(named))
