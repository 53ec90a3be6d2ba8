"""The staff site: Django's admin behind the portal's own sign-in and a strong, fresh step.

Django's own doors (its sign-in, sign-out, password pages, history, look-ups by content type) are
not there: `StaffSite.get_urls` names every address of the site.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.cache import never_cache
from django.views.generic import RedirectView

from accounts.authentication.proofs import Strength, fresh_level, to_confirm
from accounts.guards.interrupted_forms import GuardedAct, press_once_more
from accounts.models import User
from accounts.request_user import authenticated_user
from core.i18n import gettext_lazy as _
from portal.staff import (
    account_acts,
    account_views,
    bulk_views,
    case_views,
    factor_acts,
    log_views,
    manager_views,
    note_views,
    organisation_views,
    people_views,
    role_views,
)

View = TypeVar("View", bound=Callable[..., Any])
STAFF_PAGES = GuardedAct(_("open the pages for staff"))

PAGES: tuple[tuple[str, Callable[..., Any], str], ...] = (
    ("", RedirectView.as_view(pattern_name="admin:accounts_user_changelist"), "index"),
    ("accounts/<uuid:public_id>/", account_views.account, "account"),
    ("accounts/bulk/", bulk_views.bulk, "bulk"),
    ("accounts/<uuid:public_id>/activity/", account_views.activity, "activity"),
    ("accounts/<uuid:public_id>/notes/", note_views.notes, "notes"),
    ("accounts/<uuid:public_id>/handshake/", account_views.handshake, "handshake"),
    ("accounts/<uuid:public_id>/freeze/", account_acts.freeze, "freeze"),
    ("accounts/<uuid:public_id>/lock/", account_acts.lock, "lock"),
    ("accounts/<uuid:public_id>/unlock/", account_acts.unlock, "unlock"),
    ("accounts/<uuid:public_id>/end-sessions/", account_acts.end_sessions, "end_sessions"),
    (
        "accounts/<uuid:public_id>/dispute/<str:outcome>/",
        factor_acts.decide_dispute,
        "decide_dispute",
    ),
    (
        "accounts/<uuid:public_id>/phones/<uuid:phone_id>/unlink/",
        factor_acts.unlink_phone,
        "unlink_phone",
    ),
    (
        "accounts/<uuid:public_id>/passkeys/<uuid:passkey_id>/remove/",
        factor_acts.remove_passkey,
        "remove_passkey",
    ),
    (
        "accounts/<uuid:public_id>/sessions/<uuid:session_id>/end/",
        factor_acts.end_session,
        "end_session",
    ),
    ("accounts/<uuid:public_id>/discard-codes/", factor_acts.discard_codes, "discard_codes"),
    ("accounts/<uuid:public_id>/name/", account_acts.name, "name"),
    (
        "accounts/<uuid:public_id>/require-password/",
        account_acts.require_password,
        "require_password",
    ),
    ("accounts/<uuid:public_id>/send-reset/", account_acts.send_reset, "send_reset"),
    ("accounts/<uuid:public_id>/open-case/", case_views.offer, "open_case"),
    ("accounts/<uuid:public_id>/role/", role_views.give_role, "give_role"),
    ("accounts/<uuid:public_id>/enrol/", organisation_views.enrol, "enrol"),
    (
        "accounts/<uuid:public_id>/enrolments/<uuid:enrolment_id>/approve/",
        organisation_views.approve,
        "approve_enrolment",
    ),
    (
        "accounts/<uuid:public_id>/enrolments/<uuid:enrolment_id>/decline/",
        organisation_views.decline,
        "decline_enrolment",
    ),
    (
        "accounts/<uuid:public_id>/enrolments/<uuid:enrolment_id>/end/",
        organisation_views.end,
        "end_enrolment",
    ),
    ("recovery/", case_views.listed, "cases"),
    ("recovery/<uuid:public_id>/", case_views.case, "case"),
    ("recovery/<uuid:public_id>/approve/", case_views.approve, "approve_case"),
    ("recovery/<uuid:public_id>/decline/", case_views.decline, "decline_case"),
    ("log/", log_views.log, "log"),
    ("log/export/", log_views.export, "export_log"),
    ("invitations/", people_views.listed, "invitations"),
    ("invitations/add/", people_views.add, "add_person"),
    (
        "invitations/<uuid:public_id>/send/",
        people_views.resend,
        "resend_invitation",
    ),
    (
        "invitations/<uuid:public_id>/withdraw/",
        people_views.withdraw,
        "withdraw_invitation",
    ),
    ("requests/", organisation_views.requests, "requests"),
    ("organisations/", organisation_views.listed, "organisations"),
    ("organisations/add/", organisation_views.add, "add_organisation"),
    ("organisations/<uuid:public_id>/", organisation_views.organisation, "organisation"),
    ("organisations/<uuid:public_id>/edit/", organisation_views.edit, "edit_organisation"),
    (
        "organisations/<uuid:public_id>/members/<uuid:member_id>/manager/<str:change>/",
        manager_views.set_manager,
        "set_manager",
    ),
)
"""Address, view and name of each page of staff but the list of accounts."""


class StaffSite(AdminSite):
    """Opens to staff whose session proved a strong step within `STEP_UP_AGE`."""

    site_header = site_title = index_title = _("Accounts")
    site_url = "/security/"

    def has_permission(self, request: HttpRequest) -> bool:
        """Tell whether this session may see any page here; without two-step it never may."""
        return _is_staff(request) and fresh_level(request) >= Strength.TWO_STEP

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Guard a view: every request of every page is judged, posts included."""

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if self.has_permission(request):
                press_once_more(request)
                return view(request, *args, **kwargs)
            return self.login(request)

        vars(guarded).setdefault("guarded_act", STAFF_PAGES)
        return cast(View, never_cache(guarded))

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead staff to the step-up; for everybody else the page does not exist."""
        if not request.user.is_authenticated or not authenticated_user(request).is_staff:
            raise Http404
        if not authenticated_user(request).has_two_step:
            messages.warning(request, _("Turn on two-step verification to see accounts."))
            return redirect("accounts:two_step")
        return to_confirm(request, Strength.TWO_STEP.slug)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what the pages of Django's admin know of the site, without asking the database."""
        return {"site_title": self.site_title, "has_permission": self.has_permission(request)}

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """List all addresses, each behind `admin_view`."""
        account_list = self.get_model_admin(User).changelist_view
        pages = (("accounts/", account_list, "accounts_user_changelist"), *PAGES)
        return [path(route, self.admin_view(view), name=name) for route, view, name in pages]


def _is_staff(request: HttpRequest) -> bool:
    user = request.user
    return isinstance(user, User) and user.is_active and user.is_staff and user.has_two_step
