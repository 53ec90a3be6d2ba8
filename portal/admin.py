"""The staff site: Django's admin behind the portal's own sign-in and a strong, fresh step."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from accounts.proofs import Strength, fresh_level, to_confirm
from portal.http import safe_next


class StaffSite(AdminSite):
    """Opens to staff whose session proved a strong step within `STEP_UP_AGE`."""

    site_header = site_title = _("Staff")
    index_title = _("Accounts")
    site_url = "/security/"

    def has_permission(self, request: HttpRequest) -> bool:
        """Tell whether this session may see any page here."""
        user = request.user
        is_staff = user.is_active and user.is_authenticated and user.is_staff
        return bool(is_staff) and fresh_level(request) >= Strength.TWO_STEP

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead staff to the step-up; everybody else is signed in but not staff."""
        next_url = safe_next(request, "admin:index")
        if not (request.user.is_authenticated and request.user.is_staff):
            return HttpResponseRedirect("/security/")
        return to_confirm(request, Strength.TWO_STEP.slug, next_url)
