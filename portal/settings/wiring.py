"""How the parts of the portal, and Django, find each other."""

from pathlib import Path
from typing import Any

from portal.settings.environment import BASE_DIR, DEBUG, SMS_COUNTRIES

INSTALLED_APPS = [
    "portal",
    "devices",
    "accounts",
    "core",
    "core.outbox",
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
    "core.web.middleware.ProxyHeaders",
    "core.web.middleware.ResponseHeaders",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "core.web.middleware.HealthPages",
    "core.web.middleware.RequestLimits",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "devices.sessions.middleware.AppOrigin",
    "devices.sessions.middleware.FormerOrigins",
    "core.web.middleware.ZoneOfBrowser",
    "devices.sessions.middleware.RepeatedForms",
    "devices.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.LanguageOfPerson",
    "accounts.middleware.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.web.middleware.FriendlyErrors",
    "accounts.middleware.DisputeStops",
]

HEALTH_PAGES = ("/healthz", "/readyz")
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
FORM_RENDERER = "core.web.form_renderer.PortalRenderer"
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
                "core.web.context_processors.site",
            ],
            "builtins": ["core.templatetags.portal_ui"],
            "libraries": {"i18n": "core.templatetags.i18n_bidi"},
        },
    }
]
SILENCED_SYSTEM_CHECKS = [
    "templates.W003",  # `i18n` is Django's and ours, which is made of it
    "security.W005",  # what other hosts of the domain do, its operator knows
    "security.W021",  # the same
]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People and passwords -------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.EmailBackend"]
PASSWORD_HASHERS = [
    "accounts.passwords.hashers.Argon2Hasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.passwords.validators.LengthValidator"},
    {"NAME": "accounts.passwords.validators.CommonValidator"},
    {"NAME": "accounts.passwords.validators.PersonalValidator"},
    {"NAME": "accounts.passwords.validators.RepetitionValidator"},
    {"NAME": "accounts.passwords.validators.SequenceValidator"},
    {"NAME": "accounts.passwords.validators.GuessesValidator"},
    {"NAME": "accounts.passwords.validators.LeakedValidator"},
    {"NAME": "accounts.passwords.validators.CurrentValidator"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "accounts:sign_in"

SECOND_STEPS = [  # order = order offered
    "devices.factors.passkey_method.PasskeyMethod",
    "devices.factors.methods.AuthenticatorAppMethod",
    "accounts.authentication.factors.sent_code_methods.EmailCodeMethod",
    "accounts.authentication.factors.sent_code_methods.TextMessageMethod",
    "accounts.authentication.factors.recovery_code_method.RecoveryCodeMethod",
]
TRUSTED_BROWSERS = "devices.sessions.trusted_browsers.TrustedBrowsers"
AFTER_FALL_BACK = "devices:where_is_your_phone"
LOST_PHONE_DESK = "devices:lost"
# Reached straight from a fall-back.
LOST_PHONE_DESKS = [LOST_PHONE_DESK, "devices:recover_app", "devices:dispute"]

# --- Messages -------------------------------------------------------------------------------
EMAIL_TIMEOUT = SMS_TIMEOUT = 60  # seconds; the answer to a whole mail may take longer
OUTBOX_COMPOSER = "accounts.activity.notifications.compose"
OUTBOX_MIRROR: Path | None = BASE_DIR / "var" / "outbox" if DEBUG else None
DEVELOPMENT_CODES = "devices.demo.current_codes"
HOUSEKEEPING = [
    "core.outbox.housekeeping.run",
    "core.limits.counters.delete_expired",
    "accounts.housekeeping.run",
    "devices.housekeeping.run",
    "devices.backups.storage.stale_backups.run",
]

# --- Language and time ----------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("nl", "Nederlands")]  # each under its own name
LANGUAGE_COOKIE_NAME = "language" if DEBUG else "__Host-language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
ZONE_COOKIE_NAME = "zone" if DEBUG else "__Host-zone"  # written by static/js/when.js
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
PHONENUMBER_DEFAULT_REGION: str | None = SMS_COUNTRIES[0] if SMS_COUNTRIES else None
PHONENUMBER_DB_FORMAT = "E164"

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "core.logs.OneLine", "format": "%(levelname)s %(name)s %(message)s"}
    },
    "filters": {"calm": {"()": "core.logs.Calm"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["calm"],
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    # It tells of every credential by its id.
    "loggers": {
        "fido2": {"level": "WARNING"},
        # At a developer's desk, a line for each file would bury what `make run` has printed.
        "django.server": {"level": "WARNING" if DEBUG else "INFO"},
        "core.outbox": {"level": "WARNING" if DEBUG else "INFO"},
    },
}
