"""The page behind "This was not me" in a notice."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.activity import events
from accounts.activity.origin import Origin
from accounts.forms.links import SignedTokenForm
from accounts.holds import keep_or_remove
from accounts.links import take_back
from accounts.views.shortcuts import show_form
from core.web.http import client_of


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def not_me(request: HttpRequest) -> HttpResponse:
    """Take the token of a link and say what the button will do; only the button changes anything.

    The token goes from page to page in a form: no session is written for it.
    """
    form = SignedTokenForm(request.POST or None)
    # The policy stays same-origin: under no-referrer a browser sends its POST with `Origin: null`.
    if request.method == "POST" and form.is_valid():
        return _answer(request, form.cleaned_data["token"])
    return show_form(request, "accounts/open_link.html", form)


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    reported = take_back.find(token)
    if reported is None:
        return render(request, "accounts/not_me_refused.html", status=400)
    if "undo" in request.POST:
        if take_back.report(reported, origin=Origin(client_of(request))):
            take_back.send_link(reported)
        return render(request, "accounts/not_me_done.html", {"address": reported.address})
    changes = [keep_or_remove.kind_in_words(row.kind) for row in reported.changes]
    about = {
        "changes": changes,
        "is_undone": reported.is_undone,
        "title": events.title_of(reported.event),
        "token": token,
    }
    return render(request, "accounts/not_me.html", about)


@login_not_required
@never_cache
@require_safe
def not_me_in_path(request: HttpRequest, token: str) -> HttpResponse:
    """Lead on from a link of a mail that was sent before tokens stood behind the `#`."""
    return redirect(f"{resolve_url('accounts:not_me')}#{token}")
