"""Signing in and out."""

from dataclasses import replace
from functools import partial
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from accounts.activity import events
from accounts.activity.origin import Origin, origin_of
from accounts.authentication import browser_trust, known_browsers, sign_in, throttling
from accounts.authentication.methods import SignInOption, UsedUp
from accounts.authentication.proofs import Proof, Strength
from accounts.authentication.second_steps import second_steps, step_named, step_of
from accounts.authentication.sign_in import PendingSignIn
from accounts.authentication.verification import Verification
from accounts.forms.sign_in import SignInForm
from accounts.middleware import SIGNED_OUT
from accounts.models import EventKind, User
from accounts.readiness import declined_methods
from accounts.views.shortcuts import follow, show_form
from accounts.views.signing_in.verification_flow import (
    Flow,
    fate,
    options,
    show_step,
    show_ways,
)
from core.i18n import gettext as _
from core.web.http import background_request, client_of, require_post, safe_next

TOO_LATE = "too-late"
"""In the query of the sign-in page: tell the person that their sign-in expired."""


@login_not_required
@never_cache
@sensitive_post_parameters("password")
def begin(request: HttpRequest) -> HttpResponse:
    """Ask for address and password."""
    next_url = safe_next(request)
    if request.method != "POST" and request.user.is_authenticated:
        return redirect(next_url or "overview")
    if request.method != "POST" and SIGNED_OUT in request.GET:
        messages.warning(request, _("You were signed out. Sign in again to continue."))
    if request.method != "POST" and TOO_LATE in request.GET:
        messages.info(request, _took_too_long())
    form = SignInForm(
        request.POST or None,
        origin=Origin(client_of(request)),
        browser_of=partial(known_browsers.password_budget_of, request),
    )
    if request.method == "POST" and form.is_valid() and form.user:
        return follow(sign_in.start(request, form.user, next_url))
    alone = [step for step in second_steps() if step.alone_template]
    return show_form(request, "accounts/sign_in.html", form, next=next_url, alone=alone)


def _flow(request: HttpRequest, pending: PendingSignIn, user: User) -> Flow:
    def on_proved(proof: Proof) -> HttpResponse:
        password = Proof("password", Strength.PASSWORD, pending.at)
        response = follow(sign_in.finish(request, user, [password, proof], pending.next))
        if "trust" in request.POST:
            _begin_trust(request, proof, response)
        proved = step_of(proof)
        used = proved.used_up(user) if proved else None
        if used:
            _say_what_is_left(request, user, used)
        return response

    return Flow(
        verification=Verification(sign_in.verification(request, pending, user)),
        url_of=lambda slug: resolve_url("accounts:sign_in_step", slug=slug),
        fate_url_of=lambda slug: resolve_url("accounts:message_fate", slug=slug),
        options_url_of=lambda slug: resolve_url("accounts:step_options", slug=slug),
        another_url=resolve_url("accounts:another_way"),
        on_proved=on_proved,
        trust_days=browser_trust.keeper().days_for(user),
    )


def _begin_trust(request: HttpRequest, proof: Proof, response: HttpResponse) -> None:
    if cookie := browser_trust.keeper().begin(request, proof):
        cookie.set_on(response)
        said = _("This browser is trusted now. You can end that on the Devices page.")
        messages.success(request, said)
    else:
        messages.info(request, _("This browser is not trusted: the step you used is too weak."))


def _say_what_is_left(request: HttpRequest, user: User, used: UsedUp) -> None:
    messages.info(request, str(used.text))
    if used.is_last and declined_methods.is_cornered(user):
        words = _(
            "That was your last way to sign in without your device. Make new recovery codes now."
        )
        messages.warning(request, words)


def _took_too_long() -> str:
    return _("That took too long, or something changed. Sign in again.")


def _begin_again(request: HttpRequest) -> HttpResponse:
    """Go back to the start, with a sentence if something had been begun, and to the same end."""
    next_url = sign_in.next_of(request)
    query = urlencode({"next": next_url}) if next_url else ""
    if sign_in.is_locked(request):
        sign_in.forget(request)
        messages.error(request, throttling.locked_words())
    elif sign_in.PENDING_KEY in request.session:
        sign_in.forget(request)
        messages.info(request, _took_too_long())
    elif settings.SESSION_COOKIE_NAME in request.COOKIES:
        query = TOO_LATE  # said by the address: a message would be a row for any made-up cookie
    address = resolve_url("accounts:sign_in")
    return HttpResponseRedirect(f"{address}?{query}" if query else address)


@login_not_required
@never_cache
def step(request: HttpRequest, slug: str) -> HttpResponse:
    """Take the code of one second step."""
    found = sign_in.pending_in(request)
    return show_step(request, _flow(request, *found), slug) if found else _begin_again(request)


@login_not_required
@never_cache
@require_GET
def another_way(request: HttpRequest) -> HttpResponse:
    """Offer every way this account has."""
    found = sign_in.pending_in(request)
    if not found:
        return _begin_again(request)
    return show_ways(request, _flow(request, *found), sign_in.first_page(request, *found))


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lost_phone(request: HttpRequest) -> HttpResponse:
    """Offer the ways that need no lost phone; a sign-in that goes on by one leads to the desk."""
    desk, found = resolve_url(settings.LOST_PHONE_DESK), sign_in.pending_in(request)
    if request.user.is_authenticated:
        return redirect(desk)
    if found and request.method == "POST":
        return _on_to_the_desk(request, *found)
    if found:
        ways = [
            replace(option, url=request.path)
            for option in _without_the_phone(_flow(request, *found))
        ]
        return render(request, "accounts/lost_phone.html", {"ways": ways, "email": found[1].email})
    begin = f"{resolve_url('accounts:sign_in')}?{urlencode({'next': desk})}"
    if request.method == "POST":
        return HttpResponseRedirect(begin)
    return render(request, "accounts/lost_phone.html", {"begin_url": begin})


def _without_the_phone(flow: Flow) -> list[SignInOption]:
    """Leave out what an only phone shows by itself; its number may be on another one by now."""
    ways = flow.verification.options()
    phones = {
        option.possession.key for option in ways if option.possession.is_phone and not option.sends
    }
    if len(phones) > 1:
        return ways
    return [option for option in ways if option.sends or option.possession.key not in phones]


def _on_to_the_desk(request: HttpRequest, pending: PendingSignIn, user: User) -> HttpResponse:
    """Go on with the way that was picked, and from there to the desk."""
    slug = request.POST.get("way", "")
    if step_named(slug) is None:
        return redirect("accounts:another_way")
    sign_in.lead_to(request, pending, resolve_url(settings.LOST_PHONE_DESK))
    if "send" in request.POST:
        return show_step(request, _flow(request, pending, user), slug)
    return redirect("accounts:sign_in_step", slug=slug)


@login_not_required
@never_cache
@require_GET
@background_request
def message_fate(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what became of the code that was sent."""
    found = sign_in.pending_in(request)
    return fate(request, _flow(request, *found), slug) if found else HttpResponse(status=404)


@login_not_required
@never_cache
@require_post("accounts:sign_in")
def step_options(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask the browser itself for the second step."""
    found = sign_in.pending_in(request)
    return options(request, _flow(request, *found), slug) if found else HttpResponse(status=404)


@login_not_required
@never_cache
@require_post("overview")
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session on the server and clear the pages that the browser kept.

    Not its storage: there the authenticator app keeps its accounts, no matter who signs out of the
    site.
    """
    user = request.user
    if isinstance(user, User):
        with transaction.atomic():
            events.record(user, EventKind.SIGN_OUT_DONE, origin=origin_of(request))
            logout(request)
    else:
        request.session.flush()
    response = HttpResponseRedirect(resolve_url("accounts:sign_in"))
    response["Clear-Site-Data"] = '"cache"'
    return response
