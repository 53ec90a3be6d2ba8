"""What one site sets: every name that is read from the environment stands here, and only here.

README.md and docs/operating.md tell what each one means.
"""

from email.utils import formataddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from core.startup.env import read, refuse

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = read(BASE_DIR)

# Values that everyone can read in this file: `core.startup.checks` refuses them outside
# development.
SAMPLE_SECRET_KEY = "sample-secret-key-for-development-only"  # noqa: S105 - the published sample
SAMPLE_SEALING_KEYS = "sample:c2FtcGxlLXNlYWxpbmcta2V5LWRldi1vbmx5LTMyYiE="

# --- The site -------------------------------------------------------------------------------
DEBUG: bool = env.bool("DEBUG", default=False)
SECRET_KEY: str = env.str("SECRET_KEY", default=SAMPLE_SECRET_KEY if DEBUG else "")
SEALING_KEYS: list[str] = env.list("SEALING_KEYS", default=[SAMPLE_SEALING_KEYS] if DEBUG else [])
PORTAL_NAME: str = env.str("PORTAL_NAME", default="Latchkey")
PORTAL_ORIGIN: str = env.origin("PORTAL_ORIGIN", default="http://localhost:8000" if DEBUG else "")
ORIGIN_PARTS = urlsplit(PORTAL_ORIGIN)
PASSKEY_ORIGINS: list[str] = env.origins("PASSKEY_ORIGINS")
AUTHENTICATOR_ORIGIN: str = env.origin("AUTHENTICATOR_ORIGIN")
TIME_ZONE: str = env.zone("TIME_ZONE", default="UTC")
SIGN_UP_OPEN: bool = env.bool("SIGN_UP_OPEN", default=True)
# Commas, blanks or both between them; judged by core.startup.checks.
TRUSTED_PROXIES: list[str] = env.str("TRUSTED_PROXIES", default="").replace(",", " ").split()
LEAKED_PASSWORDS: str = env.str("LEAKED_PASSWORDS", default="")
# The word of an operator whose server faces browsers itself.
IS_WITHOUT_PROXY: bool = [entry.lower() for entry in TRUSTED_PROXIES] == ["none"]
TRUSTED_PROXIES = [] if IS_WITHOUT_PROXY else TRUSTED_PROXIES
SECURITY_CONTACT: str = env.str("SECURITY_CONTACT", default="")
HSTS_INCLUDE_SUBDOMAINS: bool = env.bool("HSTS_INCLUDE_SUBDOMAINS", default=False)
HSTS_PRELOAD: bool = env.bool("HSTS_PRELOAD", default=False)
GEOIP_PATH: str = env.str("GEOIP_PATH", default="")

# --- Its face -------------------------------------------------------------------------------
BRAND_ACCENT: str = env.str("BRAND_ACCENT", default="")
BRAND_ACCENT_DARK: str = env.str("BRAND_ACCENT_DARK", default="")
BRAND_LOGO: str = env.str("BRAND_LOGO", default="")
SUPPORT_ADDRESS: str = env.str("SUPPORT_ADDRESS", default="")
TERMS_URL: str = env.str("TERMS_URL", default="")
PRIVACY_URL: str = env.str("PRIVACY_URL", default="")

# --- Its numbers, as far as a site may choose them ------------------------------------------
RECOVERY_CASE_WAIT_HOURS: int = env.int("RECOVERY_CASE_WAIT_HOURS", default=72, least=72)
RECOVERY_CASE_WAIT_TWO_STEP_HOURS: int = env.int(
    "RECOVERY_CASE_WAIT_TWO_STEP_HOURS", default=168, least=72
)
RECOVERY_HOLD_HOURS: int = env.int("RECOVERY_HOLD_HOURS", default=72)
RECOVERY_HOLD_SAVED_CODE_HOURS: int = env.int("RECOVERY_HOLD_SAVED_CODE_HOURS", default=24)
RESTORE_DELAY_HOURS: int = env.int("RESTORE_DELAY_HOURS", default=24)  # after a fall-back
TRUSTED_BROWSER_DAYS: int = env.int("TRUSTED_BROWSER_DAYS", default=0)
SMS_A_DAY: int = env.int("SMS_A_DAY", default=1000)

# --- Rows -----------------------------------------------------------------------------------
CONN_MAX_AGE: int = env.int("CONN_MAX_AGE", default=60)  # seconds
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'var' / 'latchkey.sqlite3'}")
}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    if Path(_database["NAME"]).parent == BASE_DIR / "var":
        (BASE_DIR / "var").mkdir(exist_ok=True)  # a fresh clone has none
    # Without IMMEDIATE, parallel sign-ins answer "database is locked".
    _database.setdefault("OPTIONS", {}).update(
        timeout=10,
        transaction_mode="IMMEDIATE",
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    )
else:
    _database["ENGINE"] = "core.postgresql"
    _database["CONN_MAX_AGE"] = CONN_MAX_AGE
    _database["CONN_HEALTH_CHECKS"] = True  # a server that was restarted costs nobody a page
    _database["OPTIONS"] = {
        # Seconds; the last one in milliseconds. A peer that is gone says nothing by itself.
        "connect_timeout": 3,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 15_000,
        # Values travel beside the statement: the server logs statements that fail, word for word.
        "server_side_binding": True,
        **_database.get("OPTIONS", {}),
    }
# Seconds that a statement may take on PostgreSQL; manage.py sets it aside for its long commands.
DATABASE_TIMEOUT: int = env.int("DATABASE_TIMEOUT", default=15)
# Id of the last event that a clock which was ahead has dated: see accounts/activity/clock.py.
CLOCK_WAS_AHEAD: int = env.int("CLOCK_WAS_AHEAD", default=0)
CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}

# --- Messages -------------------------------------------------------------------------------
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="dummymail://")
vars().update(EMAIL_CONFIG)
# Quoted where a name needs it (RFC 5322, 3.4): "Example, Inc." would be two senders.
_sender = (PORTAL_NAME, f"no-reply@{ORIGIN_PARTS.hostname or 'localhost'}")
DEFAULT_FROM_EMAIL: str = env.str("EMAIL_FROM", default="") or formataddr(_sender)
SMS_URL: str = env.str("SMS_URL", default="console:" if DEBUG else "")
SMS_FROM: str = env.str("SMS_FROM", default="")
SMS_COUNTRIES: list[str] = env.countries("SMS_COUNTRIES", default=["NL", "BE"] if DEBUG else [])
OUTBOX_DELIVERY: str = env.choice(
    "OUTBOX_DELIVERY", default="inline" if DEBUG else "worker", among=("worker", "inline")
)

refuse(env)
