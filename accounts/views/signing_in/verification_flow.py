"""The page that takes the code of one second step, for signing in and for confirming alike."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.authentication.factors import sent_codes
from accounts.authentication.methods import AuthMethod, SignInOption
from accounts.authentication.proofs import Proof, Strength
from accounts.authentication.second_steps import step_named
from accounts.authentication.verification import Verification
from accounts.forms.code import SENDS, StepForm
from accounts.models import SentCode
from accounts.views.shortcuts import show_form
from core.i18n import gettext as _
from core.limits.counters import LimitReached

FRAMES = {False: "base_entrance.html", True: "base_confirm.html"}
"""Confirming happens inside, with the account's own bar; it does not look like a sign-in."""


@dataclass(frozen=True)
class Flow:
    """The pages of one verification: where they are, and what follows on its proof."""

    verification: Verification
    url_of: Callable[[str], str]
    fate_url_of: Callable[[str], str]
    options_url_of: Callable[[str], str]
    another_url: str
    on_proved: Callable[[Proof], HttpResponse]
    act: str = ""  # what is confirmed, to follow "to"
    trust_days: int = 0


def show_step(request: HttpRequest, flow: Flow, slug: str) -> HttpResponse:
    """Show the step, send its code, or judge what was typed; an unknown step is 404."""
    step = step_named(slug)
    if step is None:
        raise Http404
    if request.method == "POST" and "send" in request.POST:
        return _send(request, flow, step)
    if request.method == "POST" and flow.verification.offers(step):
        return _judge(request, flow, step)
    return _page(request, flow, step, StepForm(step=step, verification=flow.verification.context))


def _send(request: HttpRequest, flow: Flow, step: AuthMethod) -> HttpResponse:
    if not flow.verification.offers(step):
        raise Http404
    try:
        step.send(flow.verification.context, request.POST["send"])
    except sent_codes.NotYours as error:
        raise Http404 from error
    except LimitReached as limit:
        form = StepForm({}, step=step, verification=flow.verification.context)
        form.errors.clear()
        form.add_error(None, form.must_wait(limit, SENDS))
        return _page(request, flow, step, form)
    return HttpResponseRedirect(flow.url_of(step.slug))


def _judge(request: HttpRequest, flow: Flow, step: AuthMethod) -> HttpResponse:
    form = StepForm(request.POST, step=step, verification=flow.verification.context)
    if form.is_valid():
        with transaction.atomic():
            proof = form.consume()
            response = flow.on_proved(proof) if proof else None
        if proof and response:
            form.of_step.clear(proof)
            return response
    return _page(request, flow, step, form)


def _page(request: HttpRequest, flow: Flow, step: AuthMethod, form: StepForm) -> HttpResponse:
    asked = flow.verification
    ways = asked.options_of(step)
    if not ways:
        _say_why(request, form)
        return HttpResponseRedirect(flow.another_url)
    sent = step.sent(asked.context)
    option = next((option for option in ways if sent and step.is_sent_to(sent, option)), ways[0])
    context = {
        "step": step,
        "way": option,
        "heading": step.heading,
        "explanation": step.explanation(option),
        "buttons": step.buttons(ways),
        "sent": sent and describe(sent, flow.fate_url_of(step.slug), icon=step.icon, option=option),
        "email": asked.user.email,
        "action_url": flow.url_of(step.slug),
        "options_url": flow.options_url_of(step.slug),
        "another_url": flow.another_url,
        "confirming": asked.confirming,
        "kept": asked.kept,
        "disputed_until": _disputed_until(flow),
        "act": flow.act,
        "frame": FRAMES[asked.confirming],
        "shortcuts": [(each.shortcut, flow.url_of(each.slug)) for each in asked.shortcuts(step)],
        "trust_days": flow.trust_days if _is_strong(ways) else 0,
        "many_ways": asked.least < Strength.TWO_STEP,
    }
    return show_form(request, step.template, form, **context)


def _say_why(request: HttpRequest, form: StepForm) -> None:
    """Take along what the form refused: it may be the reason why the way is gone."""
    reasons = [str(reason) for errors in form.errors.values() for reason in errors]
    for reason in reasons or [_("This method isn’t available right now. Choose one of these.")]:
        messages.warning(request, reason)


def _disputed_until(flow: Flow) -> datetime | None:
    user = flow.verification.user
    return user.disputed_until if user.is_disputed and not flow.verification.confirming else None


def _is_strong(ways: list[SignInOption]) -> bool:
    return any(option.strength >= Strength.TWO_STEP for option in ways)


def describe(
    sent: SentCode, fate_url: str = "", *, icon: str = "", option: SignInOption | None = None
) -> dict[str, Any]:
    """Say what became of a sent code and when another may be asked for (seconds)."""
    fate = sent.message.fate if sent.message else None
    resend_in = max(0, int((sent.may_resend_at - timezone.now()).total_seconds() + 0.999))
    return {
        "icon": icon,
        "hint": option.hint if option else "",
        "target": option.target if option else "",
        "text": fate.text if fate else "",
        "fate": fate.text if fate else "",
        "state": fate.state if fate else "waiting",
        "resend_in": resend_in,
        "fate_url": fate_url,
    }


def options(request: HttpRequest, flow: Flow, slug: str) -> JsonResponse:
    """Ask the browser itself, bound to this flow; 404 for steps whose answer is typed."""
    step = step_named(slug)
    among = request.POST.get("among", "")
    question = (
        step.options(flow.verification.context, among)
        if step and flow.verification.options_of(step)
        else None
    )
    if question is None:
        raise Http404
    return JsonResponse(question)


def fate(request: HttpRequest, flow: Flow, slug: str) -> JsonResponse:
    """Answer the page's question what became of the message; asking is not activity."""
    step = step_named(slug)
    sent = step.sent(flow.verification.context) if step else None
    if sent is None:
        raise Http404
    return fate_answer(sent)


def fate_answer(sent: SentCode) -> JsonResponse:
    """Return the state of a sent code as JSON."""
    told = describe(sent)
    return JsonResponse({key: told[key] for key in ("text", "state", "resend_in")})


def show_ways(request: HttpRequest, flow: Flow, back_url: str) -> HttpResponse:
    """Show the picker: only the ways this account really has, masked."""
    ways = [replace(option, url=flow.url_of(option.slug)) for option in flow.verification.options()]
    context = {
        "ways": ways,
        "confirming": flow.verification.confirming,
        "back_url": back_url,
        "kept": flow.verification.kept,
        "disputed_until": _disputed_until(flow),
        "act": flow.act,
        "frame": FRAMES[flow.verification.confirming],
    }
    return render(request, "accounts/another_way.html", context)
