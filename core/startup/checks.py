"""Start-up checks: the site refuses to run with keys that everyone can read."""

from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.core.checks import ERROR, CheckMessage, Error, Warning, run_checks
from django.core.exceptions import ImproperlyConfigured

from core import geoip
from core.keys import key_check
from core.keys.crypto import key_ring
from core.web import branding
from core.web.proxies import SOCKET, WrongProxy, read_network

SAMPLES = ("sample", "change-me", "changeme", "insecure")


def check_keys(**kwargs: Any) -> list[CheckMessage]:
    """Refuse missing, malformed and sample keys outside development (ASVS 5.0 13.3)."""
    problems: list[CheckMessage] = []
    try:
        key_ring()
    except ImproperlyConfigured as error:
        problems.append(Error(str(error), id="portal.E001"))
    if not settings.DEBUG and settings.SAMPLE_SEALING_KEYS in settings.SEALING_KEYS:
        problems.append(Error("SEALING_KEYS is the published sample.", id="portal.E002"))
    if not settings.DEBUG and _is_sample(settings.SECRET_KEY):
        problems.append(Error("SECRET_KEY is missing or a sample.", id="portal.E003"))
    return problems


def _is_sample(key: str) -> bool:
    return len(key) < 32 or any(word in key.lower() for word in SAMPLES)


def check_origin(**kwargs: Any) -> list[CheckMessage]:
    """Links in messages use the configured origin only, so there must be one."""
    origin = urlsplit(settings.PORTAL_ORIGIN)
    if not _is_origin(origin):
        return [
            Error(
                f"PORTAL_ORIGIN is “{settings.PORTAL_ORIGIN}”; it must be https://host[:port].",
                id="portal.E004",
            )
        ]
    if origin.scheme != "https" and not settings.DEBUG:
        return [Error("PORTAL_ORIGIN is not https.", id="portal.E005")]
    return []


def check_app_origin(**kwargs: Any) -> list[CheckMessage]:
    """An origin of the app's own has to be one, and of another host: cookies know no ports."""
    if not settings.AUTHENTICATOR_ORIGIN:
        return []
    app, portal = urlsplit(settings.AUTHENTICATOR_ORIGIN), urlsplit(settings.PORTAL_ORIGIN)
    if not _is_origin(app):
        return [Error("AUTHENTICATOR_ORIGIN must be https://host[:port].", id="portal.E009")]
    if app.scheme != "https" and not settings.DEBUG:
        return [Error("AUTHENTICATOR_ORIGIN is not https.", id="portal.E010")]
    if app.hostname == portal.hostname:
        problem = "AUTHENTICATOR_ORIGIN has the host of PORTAL_ORIGIN: give it another, or none."
        return [Error(problem, id="portal.E011")]
    if _is_beneath(app, portal) or _is_beneath(portal, app):
        problem = "AUTHENTICATOR_ORIGIN or PORTAL_ORIGIN is a subdomain of the other and may "
        hint = "Use siblings, such as codes. and id."
        return [Warning(f"{problem}use its passkeys.", hint=hint, id="portal.W003")]
    return []


def check_passkey_origins(**kwargs: Any) -> list[CheckMessage]:
    """The portal's other origins, which may ask for its passkeys, have to be origins."""
    problems: list[CheckMessage] = []
    for listed in settings.PASSKEY_ORIGINS:
        url = urlsplit(listed)
        if not _is_origin(url) or (url.scheme != "https" and not settings.DEBUG):
            problem = f"PASSKEY_ORIGINS has “{listed}”; each must be https://host[:port]."
            problems.append(Error(problem, id="portal.E016"))
        elif url.hostname == urlsplit(settings.AUTHENTICATOR_ORIGIN).hostname:
            problem = "PASSKEY_ORIGINS has the host of AUTHENTICATOR_ORIGIN, which serves the app."
            problems.append(Error(problem, id="portal.E016"))
    return problems


def _is_origin(url: SplitResult) -> bool:
    """No path, and a host that requests can be compared with: without a dot at its end."""
    rest = (url.path.strip("/"), url.query, url.fragment, url.username)
    host = url.hostname or "."
    is_web = url.scheme in ("https", "http") and _has_port(url)
    return is_web and not host.endswith(".") and not any(rest)


def _has_port(url: SplitResult) -> bool:
    """Tell whether the port is one, or is left out."""
    try:
        return url.port != 0
    except ValueError:
        return False


def _is_beneath(lower: SplitResult, upper: SplitResult) -> bool:
    return (lower.hostname or "").endswith(f".{upper.hostname}")


def check_proxies(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a proxy that cannot be read: it would be found out only by the first visitor."""
    problems: list[CheckMessage] = []
    for entry in settings.TRUSTED_PROXIES:
        try:
            if entry.lower() != SOCKET:
                read_network(entry)
        except WrongProxy as error:
            problems.append(Error(f"{error}.", id="portal.E012"))
    return problems


def check_places(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a GEOIP_PATH that cannot be read, or that knows neither cities nor countries."""
    if not settings.GEOIP_PATH:
        return []
    try:
        with geoip.open_database(settings.GEOIP_PATH) as reader:
            kind = reader.metadata().database_type
    except geoip.BROKEN as error:
        problem = f"GEOIP_PATH cannot be read: {type(error).__name__}."
        return [Error(problem, id="portal.E006")]
    if not any(word in kind.lower() for word in ("city", "country", "enterprise")):
        return [Error(f"GEOIP_PATH is a database of {kind}, not of places.", id="portal.E006")]
    return []


def check_trust(**kwargs: Any) -> list[CheckMessage]:
    """Trusting a browser for longer than the policy allows would make it the only step there is."""
    days, most = settings.TRUSTED_BROWSER_DAYS, settings.TRUSTED_BROWSER_DAYS_MOST
    if 0 <= days <= most:
        return []
    return [Error(f"TRUSTED_BROWSER_DAYS is {days}, not 0 to {most}.", id="portal.E007")]


def check_brand(**kwargs: Any) -> list[CheckMessage]:
    """Refuse a brand that cannot be read, or that is not there."""
    return [Error(problem, id="portal.E008") for problem in branding.problems()]


def check_production(**kwargs: Any) -> list[CheckMessage]:
    """Warn of settings that are fine on a desk and wrong in service."""
    problems: list[CheckMessage] = []
    if settings.OUTBOX_DELIVERY == "inline":
        hint = "Set OUTBOX_DELIVERY=worker and run `manage.py deliver`."
        problems.append(Warning("Messages are sent in the request.", hint=hint, id="portal.W001"))
    if settings.EMAIL_BACKEND.endswith(("dummy.EmailBackend", "console.EmailBackend")):
        problems.append(Warning("EMAIL_URL sends no mail.", id="portal.W002"))
    if not settings.AUTHENTICATOR_ORIGIN:
        hint = "Set AUTHENTICATOR_ORIGIN before the first phone is linked; see docs/operating.md."
        problem = (
            "The authenticator app shares its origin, and the data it stores, with every page."
        )
        problems.append(Warning(problem, hint=hint, id="portal.W004"))
    return problems


def check_database_keys(**kwargs: Any) -> list[CheckMessage]:
    """Try the keys on the database, where it answers."""
    try:
        key_check.judge_if_possible()
    except key_check.WrongKeys as error:
        return [Error(str(error), id="portal.E014")]
    except ImproperlyConfigured:
        pass  # `check_keys` has said so
    return []


def refuse_unsafe_settings() -> None:
    """Raise `ImproperlyConfigured` for what a server must not start with.

    WSGI servers do not run Django's checks by themselves.
    """
    errors = [problem for problem in run_checks() if problem.level >= ERROR]
    if errors:
        raise ImproperlyConfigured(" ".join(str(problem.msg) for problem in errors))


def refuse_wrong_keys() -> None:
    """Raise `ImproperlyConfigured` if `SEALING_KEYS` does not open the database."""
    try:
        key_check.judge_if_possible()
    except key_check.WrongKeys as error:
        raise ImproperlyConfigured(str(error)) from error
