"""One act on several accounts of the list: all of them, or none, and asked again with the number.

`portal.staff.site` guards every view here. Each account is judged and counted as if it was alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts import by_staff, staff
from accounts.admin import ROWS_A_PAGE
from accounts.forms.staff import BulkForm
from accounts.guards.interrupted_forms import confirms, held_lists, held_values
from accounts.models import User
from accounts.request_user import authenticated_user
from accounts.views.shortcuts import show_form
from core.i18n import Text, gettext_lazy, ngettext
from core.i18n import gettext as _
from core.limits.counters import LimitReached
from devices import staff_acts
from portal.staff.act_pages import FORM, TOO_MANY_ACTS

LIST = "admin:accounts_user_changelist"


@dataclass(frozen=True)
class BulkAct:
    """An act that can be done to several accounts."""

    act: staff.Act
    heading: Text
    consequence: Text
    do: Callable[..., object]  # (actor=, user=, reason=) -> something true if it changed anything


ACTS = {
    "lock": BulkAct(
        staff.Act.LOCK,
        gettext_lazy("Lock these accounts"),
        gettext_lazy("Nobody can sign in to them, and every browser is signed out."),
        by_staff.lock,
    ),
    "unlock": BulkAct(
        staff.Act.UNLOCK,
        gettext_lazy("Unlock these accounts"),
        gettext_lazy("Their people can sign in again."),
        by_staff.unlock,
    ),
    "freeze": BulkAct(
        staff.Act.FREEZE,
        gettext_lazy("Freeze these accounts"),
        gettext_lazy(
            "What was just added is taken back, and nothing is added without a strong proof."
        ),
        by_staff.freeze,
    ),
    "end-sessions": BulkAct(
        staff.Act.END_SESSIONS,
        gettext_lazy("Sign these people out everywhere"),
        gettext_lazy("Every browser of theirs is signed out. They can sign in again."),
        staff_acts.sign_out,
    ),
    "require-password": BulkAct(
        staff.Act.REQUIRE_PASSWORD,
        gettext_lazy("Require new passwords"),
        gettext_lazy("They are signed out, and choose a new password before anything else."),
        by_staff.require_password,
    ),
}


@require_http_methods(FORM)
@confirms(gettext_lazy("change several accounts"), "number", "checked", "reason")
def bulk(request: HttpRequest) -> HttpResponse:
    """Say what will happen to which accounts, ask for their number, and do it to all of them."""
    actor = authenticated_user(request)
    if not staff.may(actor, staff.Act.LOCK):
        raise PermissionDenied
    chosen, wanted = _chosen(request), ACTS.get(request.GET.get("act", ""))
    if wanted is None or not chosen:
        messages.info(request, _("Choose accounts in the list, and what to do with them."))
        return redirect(LIST)
    subjects = [user for user in chosen if wanted.act.slug in staff.acts_on(actor, user)]
    if not subjects:
        messages.info(request, _("Your role doesn’t let you change any of these accounts."))
        return redirect(LIST)
    form = BulkForm(
        request.POST if request.method == "POST" else None,
        number=len(subjects),
        initial={**held_values(request), "checked": held_lists(request).get("checked", [])},
    )
    if request.method == "POST" and form.is_valid():
        try:
            changed = _do(wanted, actor, subjects, form.why)
        except LimitReached as limit:
            form.add_error(None, form.must_wait(limit, TOO_MANY_ACTS))
        else:
            _say(request, changed)
            return redirect(LIST)
    left_out = [user for user in chosen if user not in subjects]
    context = {"wanted": wanted, "subjects": subjects, "left_out": left_out}
    return show_form(request, "admin/bulk.html", form, **context)


def _chosen(request: HttpRequest) -> list[User]:
    """Return the accounts that were ticked, a page of them at most."""
    ids = []
    for text in request.GET.getlist("account")[:ROWS_A_PAGE]:
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    return list(User.objects.filter(public_id__in=ids).order_by("pk"))


@transaction.atomic
def _do(wanted: BulkAct, actor: User, subjects: Sequence[User], reason: str) -> int:
    """Do it to all, in the order in which people are locked; return how many it changed."""
    return sum(bool(wanted.do(actor=actor, user=user, reason=reason)) for user in subjects)


def _say(request: HttpRequest, changed: int) -> None:
    if not changed:
        messages.info(request, _("There was nothing to change."))
        return
    said = ngettext("%(count)d account was changed.", "%(count)d accounts were changed.", changed)
    messages.success(request, said % {"count": changed})
