"""Answers that many pages give alike."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from accounts.authentication.sign_in import Outcome
from core.limits.counters import LimitReached


def follow(outcome: Outcome) -> HttpResponse:
    """Lead to where a sign-in leads, with the cookies that it gives."""
    response = HttpResponseRedirect(outcome.url)
    for cookie in outcome.cookies:
        cookie.set_on(response)
    return response


def show_form(
    request: HttpRequest, template: str, form: forms.Form, **context: Any
) -> HttpResponse:
    """Show a form (again); 429 with `Retry-After` (seconds) if it says that one must wait."""
    limit: LimitReached | None = getattr(form, "wait", None)
    context = {**context, "form": form, "wait": limit.seconds if limit else None}
    response = render(request, template, context)
    return limit.mark(response) if limit else response
