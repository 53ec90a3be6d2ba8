"""Answers that many pages give alike."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.limits.counters import LimitReached


def show_form(
    request: HttpRequest, template: str, form: forms.Form, **context: Any
) -> HttpResponse:
    """Show a form (again); 429 with `Retry-After` (seconds) if it says that one must wait."""
    limit: LimitReached | None = getattr(form, "wait", None)
    context = {**context, "form": form, "wait": limit.seconds if limit else None}
    response = render(request, template, context, status=429 if limit else 200)
    if limit:
        response["Retry-After"] = str(limit.seconds)
    return response
