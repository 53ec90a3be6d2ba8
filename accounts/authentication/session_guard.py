"""An act that changes what protects a person stands or falls with the session it is done in."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.http import HttpRequest


@contextmanager
def atomic_with_session(request: HttpRequest) -> Iterator[None]:
    """Do an act in one transaction, at whose end the session is written.

    A session that was ended while the act waited for its turn raises `SessionEnded` there, and so
    takes the act back: ended means dead for a request in flight, too (ASVS 5.0 7.4). The id stays,
    so that the second of a double click goes on; an act that raises or lowers the level renews it.
    """
    with transaction.atomic():
        yield
        request.session.save()
