"""What was added without a strong proof: the owner keeps it or removes it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.activity.origin import origin_of
from accounts.authentication.proofs import Strength, fresh_proofs, to_confirm
from accounts.authentication.session_guard import atomic_with_session
from accounts.guards.binding_proof import two_proofs_required
from accounts.guards.interrupted_forms import confirms
from accounts.holds import bindings, cancelling, disputes, keep_or_remove
from accounts.models import Binding
from accounts.request_user import authenticated_user, session_id
from core.i18n import gettext as _
from core.i18n import gettext_lazy
from core.web.http import safe_next

ROWS_A_PAGE = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@two_proofs_required(Strength.RECOVERED)
@confirms(gettext_lazy("keep or remove what was added"))
def held(request: HttpRequest) -> HttpResponse:
    """Ask for each thing that is held; a strong sign-in is led here before anything else."""
    user = authenticated_user(request)
    if request.method == "POST":
        return _answer(request)
    session, rows = session_id(request) or "-", list(user.bindings.asked()[:ROWS_A_PAGE])
    others = [row for row in rows if row.session != session]
    if not rows or (keep_or_remove.QUESTION_KEY in request.session and not others):
        keep_or_remove.close_question(request)
        return redirect(safe_next(request) or "overview")
    context = {
        "things": [
            (row, keep_or_remove.kind_in_words(row.kind), bindings.HANDLERS[row.kind].question)
            for row in rows
        ],
        "next": safe_next(request),
        "can_keep": bindings.is_strong(user, fresh_proofs(request)),
    }
    return render(request, "accounts/held.html", context)


def _answer(request: HttpRequest) -> HttpResponse:
    rows = authenticated_user(request).bindings.asked()
    public_id = request.POST.get("keep") or request.POST.get("remove") or ""
    row = get_object_or_404(rows, public_id=public_id) if _is_id(public_id) else None
    if row is None:
        return redirect(request.get_full_path())
    if "keep" in request.POST:
        return _keep(request, row)
    return _remove(request, row)


def _is_id(typed: str) -> bool:
    return len(typed) == 36 and set(typed) <= set("0123456789abcdef-")


def _keep(request: HttpRequest, row: Binding) -> HttpResponse:
    user = authenticated_user(request)
    if not bindings.is_strong(user, fresh_proofs(request)):
        return to_confirm(request, Strength.TWO_STEP.slug)
    with atomic_with_session(request):
        keep_or_remove.keep(user, row, origin=origin_of(request))
    messages.success(request, _("Kept. It is fully active now."))
    return redirect(request.get_full_path())


def _remove(request: HttpRequest, row: Binding) -> HttpResponse:
    user = authenticated_user(request)
    with atomic_with_session(request):
        disputes.lock_for_update(user)
        cancelling.cancel(user=user, chosen=[row], origin=origin_of(request))
    messages.success(request, _("Removed. We signed out the browser that added it."))
    return redirect(request.get_full_path())
