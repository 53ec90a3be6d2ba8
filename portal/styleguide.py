"""`/styleguide/`: the parts that pages are made of, in development only (static/css/)."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

COLOURS = {
    "paper": "the ground of the page",
    "card": "the ground of cards and fields",
    "ink": "text",
    "soft": "text that can be skipped",
    "line": "edges of cards, which carry no meaning",
    "edge": "edges of fields and buttons, 3:1 on every ground",
    "accent": "links, the primary act, the focus",
    "accent-tint": "the ground of what belongs to the accent",
    "ok": "this protects you",
    "look": "look at this",
    "loss": "this loses something",
}
TONES = {
    "": "Something to know. No decision is asked for.",
    "ok": "What was done, and that it went well.",
    "look": "Look at this: it may need you, and nothing is lost yet.",
    "loss": "What went wrong, or what will be lost, and what to do.",
}


class SampleForm(forms.Form):
    """One field of each kind, filled in so that each state is seen."""

    name = forms.CharField(
        label="A line of text",
        required=False,
        help_text="Help stands between label and field, so that no keyboard hides it.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label="With an error", widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    password = forms.CharField(
        label="Secret",
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "data-password": ""}),
    )
    choice = forms.ChoiceField(
        label="One of a few",
        required=False,
        choices=[("a", "Keep it"), ("b", "Let it go")],
        widget=forms.RadioSelect,
    )
    tick = forms.BooleanField(label="Yes or no", required=False)


class SampleCodeForm(forms.Form):
    """The field for a code."""

    code = forms.CharField(
        label="Code",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


@login_not_required
@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show every part with its name and when it is used."""
    if not settings.DEBUG:
        raise Http404
    form = SampleForm({"name": "Ada", "email": "ada at example"}, auto_id="sample_%s")
    context: dict[str, Any] = {
        "colours": COLOURS,
        "tones": TONES,
        "form": form,
        "code_form": SampleCodeForm(auto_id="code_%s"),
    }
    return render(request, "portal/styleguide/index.html", context)
