"""The tests' settings for a worker in a process of its own; see test_outbox_killed.py."""

import os

from tests.settings import *  # noqa: F403 - the same settings, but for those below

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST, EMAIL_PORT = "127.0.0.1", int(os.environ["MAIL_PORT"])
OUTBOX_COMPOSER = "tests.portal.test_outbox_killed.compose"
HOUSEKEEPING = []
