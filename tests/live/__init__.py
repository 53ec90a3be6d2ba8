"""A running site for tests: gunicorn over TLS, its worker, a mail server and an SMS gateway.

Everything is real and on this machine: two gunicorn processes with eight threads each serve
`portal.wsgi` over HTTPS with a certificate made for the run, `manage.py deliver` sends, mail goes
over SMTP and text messages over HTTP into servers inside the test process. Real TLS was chosen
over a pretended proxy so that `Secure` and `__Host-` cookies are kept by every client by their
own rules. Each client sends an `X-Forwarded-For` of its own (127.0.0.1 is a trusted proxy), or
the limits for one network address would count all tests together.

The site's database is the test process's default database, never flushed: each test makes its own
people, with addresses from `fresh_address()`.
"""

from tests.live.concurrency import at_once
from tests.live.people import fresh_address, fresh_ip, fresh_number
from tests.live.sinks import MailServer, SmsGateway, Text
from tests.live.site import LiveSite, beside, live_site
from tests.live.visitor import Answer, Visitor

__all__ = [
    "Answer",
    "LiveSite",
    "MailServer",
    "SmsGateway",
    "Text",
    "Visitor",
    "at_once",
    "beside",
    "fresh_address",
    "fresh_ip",
    "fresh_number",
    "live_site",
]
