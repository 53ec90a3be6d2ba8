"""Addresses that break, or write when they are looked at, beside those of the site."""

from datetime import timedelta

import psycopg
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path

from accounts.models import Organisation
from core.limits.counters import LimitReached
from portal import urls
from portal.urls import handler400, handler403, handler404, handler500

WAIT = timedelta(seconds=95)

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


@login_not_required
def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("our own mistake")


@login_not_required
def without_database(request: HttpRequest) -> HttpResponse:
    raise OperationalError("the connection is closed")


@login_not_required
def in_state(request: HttpRequest, state: str) -> HttpResponse:
    raise DatabaseError("said by the server") from psycopg.errors.lookup(state)("said by it")


@login_not_required
def limited(request: HttpRequest) -> HttpResponse:
    raise LimitReached(WAIT)


@login_not_required
def forbidden(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


@login_not_required
def writing(request: HttpRequest) -> HttpResponse:
    Organisation.objects.create(name="Made by a look")
    return HttpResponse("Nothing to see here")


urlpatterns = [
    path("broken/", broken),
    path("without-database/", without_database),
    path("state/<state>/", in_state),
    path("limited/", limited),
    path("forbidden/", forbidden),
    path("writing/", writing),
    *urls.urlpatterns,
]
