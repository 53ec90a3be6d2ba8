"""The page of one account with an organisation: its code is seen by nobody but its person."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import organisation_accounts
from accounts.activity.origin import origin_of
from accounts.authentication.proofs import proofs_in
from accounts.authentication.session_guard import atomic_with_session
from accounts.guards.interrupted_forms import confirms
from accounts.holds import bindings
from accounts.models import Enrolment
from accounts.request_user import authenticated_user, session_id
from accounts.views.shortcuts import show_form
from core.i18n import gettext as _
from core.i18n import gettext_lazy
from core.web.http import require_post
from devices.authenticator import origin, work_accounts
from devices.factors import provisioning
from devices.forms.work import WhichAppForm
from devices.models import Installation
from devices.views.guards import binding_proof_required


def _its(request: HttpRequest, public_id: UUID) -> Enrolment:
    rows = authenticated_user(request).enrolments.current().select_related("organisation", "user")
    return get_object_or_404(rows, public_id=public_id)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@binding_proof_required
@confirms(gettext_lazy("set up an account of your organisation"), "app")
def work_account(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Say how the account stands; once staff approved, make the code on a POST and show it once."""
    account = _its(request, public_id)
    is_approved = authenticated_user(request).enrolments.approved().filter(pk=account.pk).exists()
    apps = work_accounts.phones_for(authenticated_user(request)) if is_approved else []
    form = WhichAppForm(request.POST if request.method == "POST" else None, apps=apps)
    if request.method == "POST":
        if form.is_valid() and form.app:
            return _code(request, account, form.app)
        if not apps:
            return redirect("devices:work_account", public_id=account.public_id)
    context = {"place": "devices", "account": account, "is_approved": is_approved, "apps": apps}
    return show_form(request, "devices/work_account.html", form, **context)


def _code(request: HttpRequest, account: Enrolment, app: Installation) -> HttpResponse:
    ground = bindings.ground_of(request)
    try:
        with atomic_with_session(request):
            code = work_accounts.make_code(
                enrolment=account,
                installation=app,
                trusted_from=ground.trusted_from,
                ground=ground,
                session=session_id(request),
            )
    except work_accounts.Unknown:
        messages.info(request, _("That has changed. This is your account as it is now."))
        return redirect("devices:work_account", public_id=account.public_id)
    context = {
        "place": "devices",
        "account": account,
        "phone": app.phone,
        "link": origin.into_app(f"work/{code}"),
        "qr": provisioning.qr_svg(origin.into_app_elsewhere(f"work/{code}")),
        "key": work_accounts.grouped(code),
        "until": timezone.now() + settings.WORK_CODE_AGE,
    }
    return render(request, "devices/work_code.html", context)


@require_post("devices:index")
def ask_work(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask the organisation for a new code; twice is once."""
    account = _its(request, public_id)
    organisation_accounts.ask(
        enrolment=account, origin=origin_of(request), proofs=proofs_in(request.session)
    )
    account.refresh_from_db()
    if account.state == Enrolment.State.ASKED:
        said = _("We’ve asked %(organisation)s. We’ll e-mail you when they answer.")
        messages.success(request, said % {"organisation": account.organisation.name})
    return redirect("devices:index")
