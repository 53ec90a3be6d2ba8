"""The page that takes a code sent to a mailbox which need not belong to an account."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, resolve_url

from accounts.forms.code import SENDS, SentCodeForm
from accounts.models import EmailAddress
from accounts.views.shortcuts import show_form
from accounts.views.signing_in.verification_flow import describe, fate_answer
from core.limits.counters import LimitReached
from core.web.http import RequestOrigin, client_of


class Pending(Protocol):
    """What waits for the code; the flow that begins it keeps it in the session."""

    @property
    def binding(self) -> str:
        """What the code is bound to."""

    @property
    def mailbox(self) -> str:
        """Where the code was sent."""


P = TypeVar("P", bound=Pending)


@dataclass(frozen=True)
class MailedCode(Generic[P]):
    """One such page: the purpose of its codes, its URLs by name, its template, how it sends."""

    purpose: str
    page: str
    fate_page: str
    template: str
    send: Callable[[P, RequestOrigin], None]

    def form(self, pending: P, data: object = None) -> SentCodeForm:
        """Return the form that takes the code."""
        binding = pending.binding
        return SentCodeForm(data, purpose=self.purpose, binding=binding, contacts=EmailAddress)

    def show(self, request: HttpRequest, pending: P, form: SentCodeForm) -> HttpResponse:
        """Show the page, with what became of the message."""
        fate_url = resolve_url(self.fate_page)
        sent = describe(form.sent, fate_url, icon=EmailAddress.icon) if form.sent else None
        return show_form(request, self.template, form, address=pending.mailbox, sent=sent)

    def send_again(self, request: HttpRequest, pending: P) -> HttpResponse:
        """Send another code, or say how long to wait for it."""
        try:
            self.send(pending, client_of(request))
        except LimitReached as limit:
            form = self.form(pending)
            messages.warning(request, form.must_wait(limit, SENDS).messages[0])
            return self.show(request, pending, form)
        return redirect(self.page)

    def fate(self, pending: P | None) -> JsonResponse:
        """Say what became of the code that was sent; 404 if none was."""
        sent = self.form(pending).sent if pending else None
        if sent is None:
            raise Http404
        return fate_answer(sent)
