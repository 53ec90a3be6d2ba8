"""A form that goes out twice, as in a double click, is done once and answered twice.

A browser drops the answer to the first of two presses, and with it the cookie of a session that
was given a new id: the second press would come with a dead one. So the first answer is kept for a
few seconds, and given again to the very same request; one whose twin is being done waits for it.

What keeps others out: the answer is found by a keyed digest of the whole request, and opens only
with a key made of it. Every form holds a token that was drawn for its page (Django masks the CSRF
secret with 190 random bits each time, and no cookie holds the result), beside the password or code
that was typed. Somebody who has the old cookie, even all cookies, or reads the database, cannot
make that request. The answer ends with the next new id, with the session, or after
`REPEATED_FORM_AGE`, whichever is first; for anything else an old id is as dead as before.
"""

import json
import os
import time
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.middleware.csrf import CSRF_TOKEN_LENGTH
from django.utils import timezone

from core.batches import delete_in_batches
from core.keys.crypto import keyed_digest
from devices.models import FormInHand, Session
from devices.sessions.engine import SessionStore, key_of

FORM = "application/x-www-form-urlencoded"
NONCE_BYTES = 12
KEY_BYTES = 32
WAIT, PAUSE = 8, 0.1  # seconds: for a twin that is being done, and between two looks


def digest_of(request: HttpRequest) -> str:
    """Name this form as it was sent; "" if it is none, or lacks the token of a page of ours."""
    if request.method != "POST" or request.content_type != FORM:
        return ""
    token = QueryDict(request.body, encoding=request.encoding).get("csrfmiddlewaretoken")
    if len(str(token or "")) != CSRF_TOKEN_LENGTH:
        return ""
    return keyed_digest("repeated-form", request.get_full_path(), sha256(request.body).hexdigest())


def presented(request: HttpRequest) -> str:
    """Return the key of the session that the browser shows, alive or not; "" if it shows none."""
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return key_of(cookie) if cookie else ""


def wait_for_twin(request: HttpRequest, digest: str) -> HttpResponse | None:
    """Return the answer to the same form from the same browser, or None: then do it.

    Waits at most `WAIT` for a twin that is being done. One statement where there is no twin.
    """
    deadline = time.monotonic() + WAIT
    while not _take(digest) and time.monotonic() < deadline:
        row = FormInHand.objects.filter(digest=digest).first()
        if row is not None and row.answer is not None:
            return _answer(request, row)
        time.sleep(PAUSE)
    return None


_TAKE = f"""
INSERT INTO {FormInHand._meta.db_table} AS f (digest, at) VALUES (%s, %s)
ON CONFLICT (digest) DO UPDATE SET at = excluded.at, answer = NULL WHERE f.at <= %s
RETURNING digest
"""  # noqa: S608 - what is formatted in is the name of our own table; every value is a parameter


def _take(digest: str) -> bool:
    """Take the form in hand; False if a twin has it, or had it within `REPEATED_FORM_AGE`."""
    now = timezone.now()
    limit = now - settings.REPEATED_FORM_AGE  # the process that had it in hand is gone
    adapt = connection.ops.adapt_datetimefield_value
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [digest, adapt(now), adapt(limit)])
        return cursor.fetchone() is not None


def release(digest: str) -> None:
    """Let a twin that waits do the form itself: it led to no answer that could be given again."""
    FormInHand.objects.filter(digest=digest).delete()


def _answer(request: HttpRequest, row: FormInHand) -> HttpResponse | None:
    """Open the answer for the browser that shows the id before or after, while that after lives."""
    if presented(request) not in (row.led_from, row.led_to):
        return None
    if not Session.objects.filter(session_key=row.led_to).exists():
        return None
    return _opened(request, bytes(row.answer or b""))


def keep_answer(request: HttpRequest, digest: str, response: HttpResponse) -> bool:
    """Keep where the form led, the cookies it gave, and the session that it led to.

    False if it led to no session, or to no answer that could be given again.
    """
    session = getattr(request, "session", None)
    key = session.session_key if isinstance(session, SessionStore) else None
    if not key or not isinstance(response, HttpResponseRedirect):
        return False
    cookies = {name: {"": morsel.value, **morsel} for name, morsel in response.cookies.items()}
    answer = json.dumps([response["Location"], cookies]).encode()
    rows = FormInHand.objects.filter(digest=digest)
    kept = rows.update(
        led_from=presented(request), led_to=key_of(key), answer=_sealed(request, answer)
    )
    return kept == 1


def _cipher(request: HttpRequest) -> AESGCM:
    info = b"latchkey repeated form"
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt=None, info=info).derive(request.body))


def _sealed(request: HttpRequest, plain: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(request).encrypt(nonce, plain, None)


def _opened(request: HttpRequest, answer: bytes) -> HttpResponse | None:
    try:
        plain = _cipher(request).decrypt(answer[:NONCE_BYTES], answer[NONCE_BYTES:], None)
    except InvalidTag:
        return None
    location, cookies = json.loads(plain)
    response = HttpResponseRedirect(location)
    for name, parts in cookies.items():
        response.cookies[name] = parts.pop("")
        response.cookies[name].update(parts)
    return response


def delete_expired() -> int:
    """Throw answers away that are too old to be given again; return how many."""
    limit = timezone.now() - settings.REPEATED_FORM_AGE
    return delete_in_batches(FormInHand.objects.filter(at__lt=limit))
