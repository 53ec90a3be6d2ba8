"""The question about a step that was never used."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.readiness import unused_methods
from core.web.http import require_post


@require_post("overview")
def unused_not_now(request: HttpRequest) -> HttpResponse:
    """Take the question off the overview; it is not asked again."""
    unused_methods.close(request)
    return redirect("overview")
