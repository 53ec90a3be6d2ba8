"""Settings, all from the environment; docs/settings.md tells what each one means.

Every number of the security policy stands here once, under the name that code and tests use.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()  # type: ignore[no-untyped-call] # the library is untyped there
environ.Env.read_env(os.environ.get("ENV_FILE", str(BASE_DIR / ".env")))

# Values that everyone can read in this file: `portal.checks` refuses them outside development.
SAMPLE_SECRET_KEY = "sample-secret-key-for-development-only"  # noqa: S105 - the published sample
SAMPLE_SEALING_KEYS = "sample:c2FtcGxlLXNlYWxpbmcta2V5LWRldi1vbmx5LTMyYiE="

# --- The site -------------------------------------------------------------------------------
DEBUG: bool = env.bool("DEBUG", default=False)
SECRET_KEY: str = env.str("SECRET_KEY", default=SAMPLE_SECRET_KEY if DEBUG else "")
SEALING_KEYS: list[str] = env.list("SEALING_KEYS", default=[SAMPLE_SEALING_KEYS] if DEBUG else [])
PORTAL_NAME: str = env.str("PORTAL_NAME", default="Latchkey")
PORTAL_ORIGIN: str = env.str("PORTAL_ORIGIN", default="http://localhost:8000" if DEBUG else "")
BRAND_ACCENT: str = env.str("BRAND_ACCENT", default="")
BRAND_ACCENT_DARK: str = env.str("BRAND_ACCENT_DARK", default="")
BRAND_LOGO: str = env.str("BRAND_LOGO", default="")
SUPPORT_ADDRESS: str = env.str("SUPPORT_ADDRESS", default="")
TERMS_URL: str = env.str("TERMS_URL", default="")
PRIVACY_URL: str = env.str("PRIVACY_URL", default="")
SIGN_UP_OPEN: bool = env.bool("SIGN_UP_OPEN", default=True)
TRUSTED_PROXIES: list[str] = env.list("TRUSTED_PROXIES", default=[])
GEOIP_PATH: str = env.str("GEOIP_PATH", default="")
_origin = urlsplit(PORTAL_ORIGIN)
ALLOWED_HOSTS = [_origin.hostname] if _origin.hostname else []
if DEBUG:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]
IS_HTTPS = _origin.scheme == "https"
CSRF_TRUSTED_ORIGINS = [PORTAL_ORIGIN] if PORTAL_ORIGIN else []

INSTALLED_APPS = [
    "accounts",
    "devices",
    "portal",
    "portal.outbox",
    "portal.admin_config.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_otp",
    "phonenumber_field",
    "csp",
]

MIDDLEWARE = [
    "portal.middleware.ResponseHeaders",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "portal.middleware.RequestLimits",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "devices.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.LanguageOfPerson",
    "accounts.middleware.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.middleware.FriendlyErrors",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
FORM_RENDERER = "portal.forms.PortalRenderer"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.site",
            ],
            "builtins": ["portal.templatetags.portal_ui"],
        },
    }
]

# --- Rows -----------------------------------------------------------------------------------
DATABASES = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'var' / 'latchkey.sqlite3'}")
}
_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    # Without IMMEDIATE, parallel sign-ins answer "database is locked".
    _database.setdefault("OPTIONS", {}).update(
        timeout=10,
        transaction_mode="IMMEDIATE",
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    )
else:
    _database["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}

# --- People and passwords -------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.EmailBackend"]
PASSWORD_HASHERS = [
    "accounts.hashers.Argon2Hasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
PASSWORD_MIN_LENGTH = 15
PASSWORD_MIN_LENGTH_WITH_TWO_STEP = 8
PASSWORD_MAX_BYTES = 1024
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.LengthValidator"},
    {"NAME": "accounts.passwords.CommonValidator"},
    {"NAME": "accounts.passwords.PersonalValidator"},
    {"NAME": "accounts.passwords.RepetitionValidator"},
    {"NAME": "accounts.passwords.SequenceValidator"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "accounts:sign_in"

SECOND_STEPS = [  # order = order offered
    "devices.steps.Passkey",
    "devices.steps.AuthenticatorApp",
    "accounts.steps.EmailCode",
    "accounts.steps.TextMessage",
    "accounts.steps.RecoveryCode",
]
TRUSTED_BROWSERS = "devices.trusted.TrustedBrowsers"
AFTER_FALL_BACK = "devices:where_is_your_phone"
LOST_PHONE_DESK = "devices:lost"
LOST_PHONE_DESKS = [LOST_PHONE_DESK, "devices:recover_app"]  # reached straight from a fall-back

# --- The policy in numbers ------------------------------------------------------------------
PENDING_SIGN_IN_AGE = timedelta(minutes=10)
STEP_UP_AGE = timedelta(minutes=10)
UNUSED_STEP_AGE = timedelta(days=28)  # after this a step that was never used is asked for, once
MAILBOX_PROOF_AGE = timedelta(minutes=15)
RECOVERY_HOLD = timedelta(hours=env.int("RECOVERY_HOLD_HOURS", default=72))
RECOVERY_HOLD_SAVED_CODE = timedelta(hours=env.int("RECOVERY_HOLD_SAVED_CODE_HOURS", default=24))

AUTHENTICATOR_SECRET_BYTES = 20
AUTHENTICATOR_DIGITS = 6
AUTHENTICATOR_PERIOD = timedelta(seconds=30)
AUTHENTICATOR_WINDOW = 1  # steps accepted before and after the present one
PHONES_A_PERSON = 10
PASSKEYS_A_PERSON = 10
PASSKEY_CHALLENGE_AGE = timedelta(minutes=5)
PASSKEY_CHALLENGES_A_PERSON = 30  # per 10 minutes, each flow its own
PASSKEY_CHALLENGES_AN_ADDRESS = 300  # per 15 minutes: sign-in pages opened by one network address
PASSKEY_FAILURES_AN_ADDRESS = 50  # per 15 minutes; IPv6 by /64

SENT_CODE_DIGITS = 6
SENT_CODE_AGE = timedelta(minutes=10)
SENT_CODE_TRIES = 5
SENT_CODE_PAUSE = timedelta(seconds=60)
SENT_CODES_A_QUARTER_HOUR = 3
SENT_CODES_A_DAY = 10
CONTACT_CONFIRM_AGE = timedelta(minutes=60)
CONTACTS_A_PERSON = 5

RECOVERY_CODES_A_SET = 10
RECOVERY_CODE_SETS_A_QUARTER_HOUR = 5  # a set takes ten slow hashes
RECOVERY_CODES_SHOWN_FOR = timedelta(minutes=10)

FAILURES_BEFORE_WAIT = 5
FAILURE_WAIT = timedelta(seconds=30)
FAILURE_WAIT_MOST = timedelta(hours=1)
FAILURES_BEFORE_NOTICE = 10
FAILURES_BEFORE_OFF = 100
PASSWORD_FAILURES_AN_ADDRESS = 50  # per 15 minutes; IPv6 by /64
PASSWORD_TRIES_SITE_WIDE = 6000  # per minute
MESSAGES_AN_ADDRESS_AN_HOUR = 30  # sign-ups and resets asked for by one network address

SESSION_IDLE = timedelta(minutes=60)
SESSION_AGE = timedelta(hours=24)
STAFF_SESSION_IDLE = timedelta(minutes=15)
STAFF_SESSION_AGE = timedelta(hours=8)
SESSION_TOUCH = timedelta(minutes=1)
BROWSERS_A_PAGE = 20
KNOWN_BROWSER_AGE = timedelta(days=365)
TRUSTED_BROWSER_DAYS: int = env.int("TRUSTED_BROWSER_DAYS", default=0)
TRUSTED_BROWSER_DAYS_MOST = 30
TRUSTED_BROWSERS_A_PERSON = 20

APP_LINK_AGE = timedelta(minutes=10)
APP_LINK_TRIES = 3  # of the number that the phone shows
APP_LINKS_A_QUARTER_HOUR = 5  # begun by one person
APP_CLAIMS_AN_ADDRESS = 30  # per 15 minutes; IPv6 by /64
RESTORE_GRANT_AGE = timedelta(minutes=15)
RESTORE_DELAY = timedelta(hours=env.int("RESTORE_DELAY_HOURS", default=0))  # after a fall-back
KEY_TRANSFER_AGE = timedelta(minutes=10)
VAULT_VERSION_BYTES = 1024 * 1024
VAULT_BYTES = 20 * 1024 * 1024
VAULT_GRACE = timedelta(days=14)
VAULT_FROZEN = timedelta(days=180)
VAULT_PINNED = timedelta(days=90)
VAULT_NEWEST, VAULT_DAYS, VAULT_WEEKS = 10, 30, 26  # versions that are kept
VAULT_SAVES_AN_HOUR = 240
WORK_APPROVAL_AGE = timedelta(days=7)  # how long a member of staff's approval may wait
WORK_CODE_AGE = timedelta(minutes=10)
WORK_CONFIRM_AGE = timedelta(hours=1)  # for the first code, once the phone has the secret
WORK_CLAIMS_A_PHONE = 20  # per 10 minutes
UNLINKED_APPS_KEPT = timedelta(days=365)  # so that each is told to erase itself when it calls
BACKUP_SILENCE = timedelta(days=7)  # after this without a save the person is told

PASSWORD_RESET_AGE = timedelta(minutes=60)
SET_UP_LINK_AGE = timedelta(minutes=10)
NOTICE_AGE = timedelta(days=3)
EVENTS_KEPT = timedelta(days=365)

# --- Messages -------------------------------------------------------------------------------
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="dummymail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL: str = env.str(
    "EMAIL_FROM", default=f"{PORTAL_NAME} <no-reply@{_origin.hostname or 'localhost'}>"
)
SMS_URL: str = env.str("SMS_URL", default="console:" if DEBUG else "")
SMS_FROM: str = env.str("SMS_FROM", default="")
SMS_COUNTRIES: list[str] = env.list("SMS_COUNTRIES", default=["NL", "BE"] if DEBUG else [])
SMS_TIMEOUT = 10
SMS_PER_NUMBER_A_DAY = 10
SMS_PER_PREFIX_AN_HOUR = 60
SMS_PER_ADDRESS_A_DAY = 20
SMS_A_DAY: int = env.int("SMS_A_DAY", default=1000)
OUTBOX_DELIVERY: str = env.str("OUTBOX_DELIVERY", default="inline" if DEBUG else "worker")
OUTBOX_COMPOSER = "accounts.messages.compose"
OUTBOX_MIRROR: Path | None = BASE_DIR / "var" / "outbox" if DEBUG else None
DEVELOPMENT_CODES = "devices.demo.current_codes"
HOUSEKEEPING = [
    "portal.outbox.housekeeping.run",
    "portal.limits.forget_old",
    "accounts.housekeeping.run",
    "devices.housekeeping.run",
    "devices.backups.silence.run",
]

# --- Browsers: cookies, headers, files ------------------------------------------------------
SESSION_ENGINE = "devices.sessions"
SESSION_COOKIE_AGE = int(SESSION_AGE.total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "session" if DEBUG else "__Host-session"
CSRF_COOKIE_NAME = "csrf" if DEBUG else "__Host-csrf"
TRUSTED_COOKIE_NAME = "trusted" if DEBUG else "__Host-trusted"
BROWSER_COOKIE_NAME = "browser" if DEBUG else "__Host-browser"
CSRF_FAILURE_VIEW = "portal.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_SSL_REDIRECT = not DEBUG
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 0 if DEBUG else 2 * 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
CLOSED_FEATURES = (
    "accelerometer autoplay camera display-capture encrypted-media fullscreen geolocation "
    "gyroscope hid magnetometer microphone midi payment picture-in-picture serial usb "
    "xr-spatial-tracking"
)
OWN_FEATURES = "publickey-credentials-create publickey-credentials-get"
PERMISSIONS_POLICY: dict[str, list[str]] = {
    **{name: [] for name in CLOSED_FEATURES.split(" ")},
    **{name: ["self"] for name in OWN_FEATURES.split(" ")},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100
LONG_BODIES = "/api/authenticator/"  # of phones: the views there judge the length themselves
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "var" / "static"
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
_files = "django.contrib.staticfiles.storage.StaticFilesStorage"
_hashed = "whitenoise.storage.CompressedManifestStaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": _files if DEBUG else _hashed},
}

# --- Language and time ----------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("nl", "Nederlands")]  # each under its own name
LANGUAGE_COOKIE_NAME = "language" if DEBUG else "__Host-language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE: str = env.str("TIME_ZONE", default="UTC")
USE_TZ = True
PHONENUMBER_DEFAULT_REGION: str | None = SMS_COUNTRIES[0] if SMS_COUNTRIES else None
PHONENUMBER_DB_FORMAT = "E164"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "portal.logs.OneLine", "format": "%(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # It tells of every credential by its id.
    "loggers": {"fido2": {"level": "WARNING"}},
}
