"""In which language a person is spoken to: on pages, and in mails and text messages."""

from functools import partial

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import get_language

from accounts.models import User
from core.web.cookies import Cookie


def choose(user: User, language: str) -> None:
    """Speak this language to the person from now on; "" for the one of their browser."""
    user.language = language
    User.objects.filter(pk=user.pk).update(language=language)


def remember(user: User) -> None:
    """Note, after the commit, the language of the pages that the person signs in on.

    Only then: the rows of a person are locked before those of their factors
    (`User.lock_for_update`).
    """
    if (user.last_language or settings.LANGUAGE_CODE) != get_language():
        transaction.on_commit(partial(_note, user.pk, get_language() or ""), robust=True)


def _note(pk: int, language: str) -> None:
    User.objects.filter(pk=pk).update(last_language=language)


def of_messages(user: User | None, asked_in: str = "") -> str:
    """The language of messages to this person; of those to nobody known, where they were asked."""
    known = (user.language or user.last_language) if user else ""
    return known or asked_in or settings.LANGUAGE_CODE


def set_cookie(response: HttpResponse, language: str) -> None:
    """Let the browser remember the choice, also for anyone who is signed out there."""
    name = settings.LANGUAGE_COOKIE_NAME
    if not language:
        response.delete_cookie(name, samesite="Lax")
        return
    Cookie(name, language, settings.LANGUAGE_COOKIE_AGE).set_on(response)
