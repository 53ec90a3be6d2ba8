"""What browsers are sent and keep: cookies, headers, files."""

from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from portal.settings.environment import (
    AUTHENTICATOR_ORIGIN,
    BASE_DIR,
    DEBUG,
    HSTS_INCLUDE_SUBDOMAINS,
    HSTS_PRELOAD,
    ORIGIN_PARTS,
    PASSKEY_ORIGINS,
    PORTAL_ORIGIN,
)
from portal.settings.policy import SESSION_AGE

_app = urlsplit(AUTHENTICATOR_ORIGIN).hostname
_former = [urlsplit(origin).hostname for origin in PASSKEY_ORIGINS]
ALLOWED_HOSTS = [host for host in (ORIGIN_PARTS.hostname, _app, *_former) if host]
if DEBUG:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]
IS_HTTPS = ORIGIN_PARTS.scheme == "https"
CSRF_TRUSTED_ORIGINS = [PORTAL_ORIGIN] if PORTAL_ORIGIN else []

SESSION_ENGINE = "devices.sessions.engine"
SESSION_COOKIE_AGE = int(SESSION_AGE.total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "session" if DEBUG else "__Host-session"
CSRF_COOKIE_NAME = "csrf" if DEBUG else "__Host-csrf"
TRUSTED_COOKIE_NAME = "trusted" if DEBUG else "__Host-trusted"
APP_LINK_COOKIE_NAME = "app-link" if DEBUG else "__Host-app-link"
BROWSER_COOKIE_NAME = "browser" if DEBUG else "__Host-browser"
CSRF_FAILURE_VIEW = "core.web.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
# Only from TRUSTED_PROXIES: core.web.middleware.ProxyHeaders drops what others send.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = not DEBUG
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 0 if DEBUG else 2 * 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = HSTS_INCLUDE_SUBDOMAINS or HSTS_PRELOAD  # preload asks for both
SECURE_HSTS_PRELOAD = HSTS_PRELOAD
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
        # The press that links the app in this browser leads to it.
        "form-action": [SELF, *([AUTHENTICATOR_ORIGIN.rstrip("/")] if _app else [])],
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
