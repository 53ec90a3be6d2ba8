"""Naming browsers, and signing them out."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.activity.origin import origin_of
from accounts.authentication.proofs import Strength, step_up_required
from accounts.authentication.session_guard import atomic_with_session
from accounts.guards.interrupted_forms import confirms, held_values
from accounts.request_user import authenticated_user, session_id
from accounts.views.shortcuts import show_form
from core.i18n import gettext as _
from core.i18n import gettext_lazy, ngettext
from devices.forms.browsers import BrowserNameForm
from devices.models import Session, TrustedBrowser
from devices.sessions import browsers, trusted_browsers
from devices.views.browser_list import browser_card


@require_http_methods(["GET", "HEAD", "POST"])
@step_up_required(Strength.RECOVERED)
@confirms(gettext_lazy("rename a browser"), "name")
def rename_session(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give one browser that is signed in another name."""
    rows = Session.objects.of(authenticated_user(request)).alive()
    return rename(request, get_object_or_404(rows, public_id=public_id))


def rename(request: HttpRequest, browser: Session | TrustedBrowser) -> HttpResponse:
    """Ask for the name, and give it."""
    user = authenticated_user(request)
    form = BrowserNameForm(
        request.POST or None, initial={"name": browser.display_name, **held_values(request)}
    )
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        browsers.rename(user=user, browser=browser, name=name, origin=origin_of(request))
        messages.success(request, _("The browser is now called %(name)s.") % {"name": name})
        return redirect("devices:index")
    context = {"place": "devices", "browser": browser}
    return show_form(request, "devices/rename_session.html", form, **context)


@require_http_methods(["GET", "HEAD", "POST"])
@step_up_required(Strength.RECOVERED)
@confirms(gettext_lazy("sign out a browser"))
def end_session(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Sign out one browser, this one included."""
    user, current = authenticated_user(request), session_id(request)
    row = get_object_or_404(Session.objects.of(user).alive(), public_id=public_id)
    card = browser_card(row, current)
    if request.method != "POST":
        context = {"place": "devices", "session": card}
        return render(request, "devices/end_session.html", context)
    browsers.end(user=user, browser=row, origin=origin_of(request))
    if card.is_current:
        request.session.flush()
        return redirect("accounts:sign_in")
    messages.success(request, _("%(browser)s is signed out.") % {"browser": row.display_name})
    return redirect("devices:index")


@require_http_methods(["GET", "HEAD", "POST"])
@step_up_required(Strength.RECOVERED)
@confirms(gettext_lazy("sign out your other browsers"))
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out every browser but this one."""
    user, current = authenticated_user(request), session_id(request)
    if request.method != "POST":
        count = Session.objects.of(user).alive().exclude(public_id=current).count()
        own = user.trusted_browsers.with_digest(trusted_browsers.digest_in(request, user))
        trusts = user.trusted_browsers.exclude(pk__in=own).exists()
        context = {"place": "devices", "count": count, "trusts": trusts}
        return render(request, "devices/end_other_sessions.html", context)
    here = trusted_browsers.here(request, user)
    response = redirect("devices:index")
    with atomic_with_session(request):
        ended = browsers.end_others(user=user, origin=origin_of(request), here=here)
        cookie = trusted_browsers.renew(user, here)
        if cookie:
            cookie.set_on(response)
    done = ngettext(
        "%(count)d other browser is signed out.", "%(count)d other browsers are signed out.", ended
    )
    messages.success(request, done % {"count": ended})
    return response
