"""The question about a step that was never used."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts import unused


@require_POST
def unused_not_now(request: HttpRequest) -> HttpResponse:
    """Take the question off the overview; it is not asked again."""
    unused.close(request)
    return redirect("overview")
