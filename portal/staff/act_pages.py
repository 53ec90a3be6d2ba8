"""What the pages of staff acts share: the reason, the limit, and the way back.

Whether this member of staff may act on that account is judged by the act itself
(`accounts.staff.check`); the pages ask the same question only earlier.
"""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise

from accounts import staff
from accounts.forms.staff import ActForm
from accounts.guards.interrupted_forms import held_lists, held_values
from accounts.models import User
from accounts.request_user import authenticated_user
from accounts.views.shortcuts import show_form
from core.i18n import gettext_lazy
from core.limits.counters import LimitReached
from devices.models import Session

Text = str | Promise
FORM = ["GET", "HEAD", "POST"]
TOO_MANY_ACTS = gettext_lazy(
    "You’ve changed many accounts in the last hour. You can continue in %(time)s."
)


def browsers_of(user: User) -> int:
    """Count the browsers in which the person is signed in."""
    return Session.objects.of(user).alive().count()


def subject(public_id: UUID) -> User:
    """Return the account with this id, or 404."""
    return get_object_or_404(User, public_id=public_id)


def may_act(request: HttpRequest, public_id: UUID, act: staff.Act) -> User:
    """Return the account; raises `PermissionDenied` if this member of staff may not do this."""
    user = subject(public_id)
    if act.slug not in staff.acts_on(authenticated_user(request), user):
        raise PermissionDenied
    return user


def ask_why(
    request: HttpRequest,
    user: User,
    act: str,
    do: Callable[[str], tuple[bool, Text]],
    **facts: Any,
) -> HttpResponse:
    """Ask for the reason, act, and lead back to the account with a sentence.

    A fact called `back` is the address of another page to lead back to.
    `act` names the template under `admin/acts/` that says of these `facts` what will happen; `do`
    takes the reason and returns whether anything changed, and what to say.
    """
    return ask(request, user, act, ActForm, lambda form: do(form.why), **facts)


F = TypeVar("F", bound=ActForm)


def ask(
    request: HttpRequest,
    user: User,
    act: str,
    form_class: type[F],
    do: Callable[[F], tuple[bool, Text]],
    *,
    initial: dict[str, str] | None = None,
    **facts: Any,
) -> HttpResponse:
    """The same, for a form that asks for more; `initial` is what stands there at first."""
    account = reverse("admin:account", kwargs={"public_id": user.public_id})
    facts = {"back": account, **facts, "subject": user}
    template = f"admin/acts/{act}.html"
    form = form_class(
        request.POST if request.method == "POST" else None,
        initial={
            **(initial or {}),
            **held_values(request),
            "checked": held_lists(request).get("checked", []),
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            changed, said = do(form)
        except LimitReached as limit:
            form.add_error(None, form.must_wait(limit, TOO_MANY_ACTS))
            return show_form(request, template, form, **facts)
        (messages.success if changed else messages.info)(request, str(said))
        return redirect(facts["back"])
    return show_form(request, template, form, **facts)
