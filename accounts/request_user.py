"""The signed-in person of a request, with the type that the rest of the code works with."""

from django.http import HttpRequest

from accounts.models import User


def authenticated_user(request: HttpRequest) -> User:
    """Return who is signed in; raises `TypeError` where nobody is (a view that is not guarded)."""
    user = request.user
    if not user.is_authenticated:
        raise TypeError("nobody is signed in")
    return user


def session_id(request: HttpRequest) -> str:
    """Return the public id of the session, or "" for engines without one."""
    return str(getattr(request.session, "public_id", "") or "")
