"""Entry point for WSGI servers: `gunicorn portal.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application
from django.db import connections

from portal.checks import refuse_unsafe_settings, refuse_wrong_keys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()
refuse_unsafe_settings()
refuse_wrong_keys()
connections.close_all()  # it is not for the processes that a server forks from this one
