"""Entry point for WSGI servers: `gunicorn portal.wsgi`."""

import os
import sys
import time

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.db import connections

from core.startup.checks import refuse_unsafe_settings, refuse_wrong_keys

BOOT_ERROR = 3  # gunicorn then ends, instead of starting the process again and again

QUIET_SECONDS = 10
"""What a worker that leaves the words to another one (gunicorn.conf.py) waits for them."""

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
try:
    application = get_wsgi_application()
    refuse_unsafe_settings()
    refuse_wrong_keys()
except ImproperlyConfigured as error:
    if os.environ.get("LATCHKEY_START") == "quiet":
        time.sleep(QUIET_SECONDS)  # gunicorn ends every worker with the first that fails
    else:
        sys.stderr.write(f"{error}\n")
    sys.exit(BOOT_ERROR)
connections.close_all()  # it is not for the processes that a server forks from this one
