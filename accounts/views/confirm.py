"""Step-up: prove it is you, then go on."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET

from accounts.activity import events
from accounts.activity.origin import Origin, origin_of
from accounts.authentication import known_browsers, proofs
from accounts.authentication.browser_trust import trusted_browser_allowed
from accounts.authentication.methods import VerificationContext
from accounts.authentication.proofs import MAILBOX, STRONG_STEP, Proof, Strength
from accounts.authentication.second_steps import options_for, second_steps
from accounts.authentication.verification import Verification
from accounts.forms.security import PasswordForm
from accounts.guards import interrupted_forms
from accounts.holds import keep_or_remove
from accounts.models import EventKind
from accounts.request_user import authenticated_user, session_id
from accounts.views.shortcuts import show_form
from accounts.views.signing_in.verification_flow import (
    Flow,
    fate,
    options,
    show_step,
    show_ways,
)
from core.web.http import background_request, client_of, require_post, safe_next


@dataclass(frozen=True)
class Wanted:
    """What the act that waits asks for, as its link says; the act itself checks again."""

    kind: str
    next_url: str
    held: str = ""  # the sealed form that waits, see `accounts.guards.interrupted_forms`
    text: str = ""  # what it does

    @property
    def query(self) -> str:
        """The same in a query string."""
        held = {interrupted_forms.HELD: self.held} if self.held else {}
        return urlencode({"next": self.next_url, "for": self.kind, **held})

    @property
    def least(self) -> Strength:
        """The strength of the ways to offer."""
        strong = (Strength.TWO_STEP.slug, STRONG_STEP)
        return Strength.TWO_STEP if self.kind in strong else Strength.NOTHING

    @property
    def only(self) -> frozenset[str]:
        """The steps to offer, if not all."""
        if self.kind != MAILBOX:
            return frozenset()
        return frozenset(step.slug for step in second_steps() if step.reads_mailbox)


def _wanted(request: HttpRequest) -> Wanted:
    kinds = {*(strength.slug for strength in Strength), MAILBOX, STRONG_STEP}
    kind = request.GET.get("for", "")
    kind = kind if kind in kinds else Strength.RECOVERED.slug
    next_url, held = safe_next(request, "overview"), interrupted_forms.held_in(request)
    if held is None:
        return Wanted(kind, next_url, text=interrupted_forms.text_at(next_url))
    return Wanted(kind, next_url, request.GET[interrupted_forms.HELD], held.text)


def _url(name: str, wanted: Wanted, *args: str) -> str:
    return f"{resolve_url(name, *args)}?{wanted.query}"


def _flow(request: HttpRequest, wanted: Wanted) -> Flow:
    context = VerificationContext(
        user=authenticated_user(request),
        purpose="confirm",
        binding=_binding(session_id(request), wanted.kind),
        client=client_of(request),
    )
    return Flow(
        verification=Verification(context, wanted.least, wanted.only, confirming=True),
        url_of=lambda slug: _url("accounts:confirm_step", wanted, slug),
        fate_url_of=lambda slug: _url("accounts:confirm_fate", wanted, slug),
        options_url_of=lambda slug: _url("accounts:confirm_options", wanted, slug),
        another_url=_url("accounts:confirm_another_way", wanted),
        on_proved=_on_proved(request, wanted),
        act=wanted.text,
    )


def _binding(session: str, kind: str) -> str:
    """Name this confirmation of this session; without a key, so that a rotation changes nothing."""
    return sha256(f"confirm\x1f{session}\x1f{kind}".encode()).hexdigest()


def _on_proved(request: HttpRequest, wanted: Wanted) -> Callable[[Proof], HttpResponse]:
    def on_proved(proof: Proof) -> HttpResponse:
        _note(request, proof)
        request.session.save()
        return _go_on(request, wanted)

    return on_proved


def _go_on(request: HttpRequest, wanted: Wanted) -> HttpResponse:
    """Lead back to the form, with what was typed in it; a lone button is shown by itself."""
    held = interrupted_forms.held_in(request)
    if held is None:
        return HttpResponseRedirect(wanted.next_url)
    page = resolve_url("accounts:once_more") if held.page else held.path
    return HttpResponseRedirect(interrupted_forms.with_held(page, wanted.held))


@never_cache
@require_GET
def once_more(request: HttpRequest) -> HttpResponse:
    """Show the button of an act once more, now that its proof was given."""
    held = interrupted_forms.held_in(request)
    if held is None or not held.page:
        return redirect("overview")
    return render(request, "accounts/once_more.html", {"held": held})


def _note(request: HttpRequest, proof: Proof) -> None:
    user = authenticated_user(request)
    proofs.add(request, proof)
    keep_or_remove.open_question(request, [proof])
    methods = [proof.method]
    events.record(user, EventKind.STEP_UP_PASSED, origin=origin_of(request), methods=methods)


@trusted_browser_allowed
@never_cache
@sensitive_post_parameters("password")
def confirm(request: HttpRequest) -> HttpResponse:
    """Lead to the best step for what is wanted; without two-step, ask for the password."""
    wanted = _wanted(request)
    user = authenticated_user(request)
    if not user.has_two_step and wanted.kind not in (MAILBOX, STRONG_STEP):
        return _password(request, wanted)
    flow = _flow(request, wanted)
    option = flow.verification.best(known_browsers.last_step(request, user))
    if option:
        return HttpResponseRedirect(flow.url_of(option.slug))
    return refused(request, wanted.kind)


def _password(request: HttpRequest, wanted: Wanted) -> HttpResponse:
    form = PasswordForm(
        request.POST or None,
        user=authenticated_user(request),
        origin=Origin(client_of(request)),
    )
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            _note(request, Proof.now("password", Strength.PASSWORD))
        return _go_on(request, wanted)
    return show_form(request, "accounts/confirm.html", form, next=wanted.next_url, act=wanted.text)


def refused(request: HttpRequest, kind: str) -> HttpResponse:
    """Say what is needed that this account does not have yet, and where to get it or from when."""
    if kind == MAILBOX:
        return render(request, "accounts/confirm_no_mailbox.html")
    now = timezone.now()
    held: list[Any] = [
        option.counts_from
        for option in options_for(authenticated_user(request))
        if option.counts_from
    ]
    until = min((moment for moment in held if moment > now), default=None)
    return render(request, "accounts/confirm_refused.html", {"until": until}, status=403)


@trusted_browser_allowed
@never_cache
def confirm_step(request: HttpRequest, slug: str) -> HttpResponse:
    """Take the code of one step."""
    return show_step(request, _flow(request, _wanted(request)), slug)


@trusted_browser_allowed
@never_cache
@require_GET
def confirm_another_way(request: HttpRequest) -> HttpResponse:
    """Offer every way that is strong enough for what is wanted."""
    wanted = _wanted(request)
    return show_ways(request, _flow(request, wanted), _url("accounts:confirm", wanted))


@trusted_browser_allowed
@never_cache
@require_GET
@background_request
def confirm_fate(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what became of the code that was sent."""
    return fate(request, _flow(request, _wanted(request)), slug)


@trusted_browser_allowed
@never_cache
@require_post("overview")
def confirm_options(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask the browser itself to confirm."""
    return options(request, _flow(request, _wanted(request)), slug)
