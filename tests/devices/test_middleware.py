"""What browsers see of sessions: cookies, and the answer when a session ended half-way."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from accounts.authentication.proofs import Strength
from devices.models import Session
from devices.sessions.engine import SessionStore
from devices.sessions.middleware import SessionMiddleware
from tests.people import Person, enter

NAME = settings.SESSION_COOKIE_NAME
View = Callable[[HttpRequest], HttpResponse]


def visit(view: View, cookie: str = "", path: str = "/devices/", method: str = "GET") -> Any:
    request = RequestFactory().generic(method, path, secure=True)
    if cookie:
        request.COOKIES[NAME] = cookie
    return SessionMiddleware(view)(request)


def kept() -> SessionStore:
    store = SessionStore()
    store["colour"] = "blue"
    store.save()
    return store


def remember(request: HttpRequest) -> HttpResponse:
    request.session["colour"] = "blue"
    return HttpResponse("done")


def read(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.session.get("colour", "none")))


def test_no_cookie_for_a_page_that_keeps_nothing(db: None) -> None:
    response = visit(lambda request: HttpResponse("static"))
    assert NAME not in response.cookies
    assert not Session.objects.exists()


def test_a_new_session_sets_a_guarded_cookie(db: None) -> None:
    cookie = visit(remember).cookies[NAME]
    assert cookie["secure"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["max-age"]
    assert not cookie["domain"]


def test_a_known_browser_gets_no_cookie_again(db: None) -> None:
    response = visit(remember, kept().session_key or "")
    assert NAME not in response.cookies
    assert response["Vary"] == "Cookie"


def test_a_cookie_without_a_session_is_deleted(db: None) -> None:
    response = visit(read, "a-cookie-of-a-session-that-ended")
    assert response.content == b"none"
    assert response.cookies[NAME]["max-age"] == 0


def test_an_error_keeps_nothing(db: None) -> None:
    def fail(request: HttpRequest) -> HttpResponse:
        request.session["colour"] = "blue"
        return HttpResponse(status=500)

    assert NAME not in visit(fail).cookies
    assert not Session.objects.exists()


def ended_meanwhile(request: HttpRequest) -> HttpResponse:
    request.session["colour"] = "red"
    Session.objects.all().delete()
    return HttpResponse("secret")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_session_that_ended_meanwhile_leads_to_the_sign_in_page(db: None, method: str) -> None:
    cookie = kept().session_key or ""
    response = visit(ended_meanwhile, cookie, method=method)
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/")
    assert b"secret" not in response.content
    assert response.cookies[NAME].value != cookie
    assert "colour" not in SessionStore(response.cookies[NAME].value)


def test_the_sign_in_page_says_so(client: Client, db: None) -> None:
    cookie = visit(ended_meanwhile, kept().session_key or "").cookies[NAME].value
    client.cookies[NAME] = cookie
    assert "You were signed out" in client.get("/sign-in/").content.decode()


def test_a_session_that_ended_before_its_level_rose_leads_there_too(db: None) -> None:
    def rise(request: HttpRequest) -> HttpResponse:
        request.session["colour"] = "red"
        Session.objects.all().delete()
        try:
            request.session.cycle_key()
        finally:
            return HttpResponse("error page", status=400)  # noqa: B012 - what Django makes of it

    response = visit(rise, kept().session_key or "")
    assert response["Location"].startswith("/sign-in/")


def test_a_parallel_request_does_not_take_the_newer_cookie_away(db: None) -> None:
    store = kept()

    def overtaken(request: HttpRequest) -> HttpResponse:
        request.session["colour"] = "red"
        SessionStore(store.session_key).cycle_key()
        return HttpResponse("done")

    response = visit(overtaken, store.session_key or "")
    assert response.status_code == 302
    assert NAME not in response.cookies
    assert Session.objects.count() == 1


def test_ended_means_dead_on_the_next_request(alice: Person, client: Client) -> None:
    enter(client, alice, Strength.TWO_STEP)
    assert client.get("/devices/").status_code == 200
    Session.objects.of(alice.user).delete()
    response = client.get("/devices/")
    assert response.status_code == 302
    assert response["Location"].startswith("/sign-in/")
