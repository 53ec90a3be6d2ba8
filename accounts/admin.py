"""The list of accounts in the admin, made for a million rows: nothing is ever counted.

There is no form here: what staff may do stands in `accounts.staff` and has pages of its own.
"""

from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin, ShowFacets
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.db.models.expressions import Combinable
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.functional import Promise

from accounts import staff
from accounts.account_search import search
from accounts.models import User
from accounts.request_user import authenticated_user
from core.i18n import gettext_lazy as _

ROWS_A_PAGE = 20  # with a box and some states each, a first visit weighs less than 60,000 bytes
MOST_PAGES = 200
STATES: dict[str, tuple[str | Promise, Q]] = {
    "locked": (_("Locked"), Q(is_active=False)),
    "frozen": (_("Frozen"), Q(frozen_at__isnull=False)),
    "recovery": (_("Recovery requested"), Q(case_opened_at__isnull=False)),
    "password": (_("New password required"), Q(password_required_at__isnull=False)),
    "staff": (_("Staff"), Q(is_staff=True)),
    "two-step": (_("Two-step on"), Q(two_step_since__isnull=False)),
    "no-two-step": (_("Two-step off"), Q(two_step_since__isnull=True)),
}
"""What the list can be narrowed to; each has an index, see `User.Meta`."""


class StateFilter(admin.SimpleListFilter):
    """Narrows the list to one state."""

    title = _("state")
    parameter_name = "state"
    template = "admin/_filter.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Return the states and their words."""
        return [(state, words) for state, (words, _query) in STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the accounts of the chosen state; an unknown one keeps none."""
        state = self.value()
        if state is None:
            return queryset
        return queryset.filter(STATES[state][1]) if state in STATES else queryset.none()


class AccountList(ChangeList):
    """One page of accounts, newest first; whether there is a next page takes one row more."""

    has_next: bool

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[str | Combinable]:
        """Order by the key alone, whatever the query string says: every other order is slow."""
        return ["-pk"]

    def get_results(self, request: HttpRequest) -> None:
        """Read the page; beyond `MOST_PAGES` one searches."""
        self.page_num = min(max(self.page_num, 1), MOST_PAGES)
        start = (self.page_num - 1) * self.list_per_page
        rows = list(self.queryset[start : start + self.list_per_page + 1])
        self.result_list = rows[: self.list_per_page]
        self.result_count = len(self.result_list)
        self.full_result_count = None
        self.has_next = len(rows) > self.list_per_page and self.page_num < MOST_PAGES
        self.show_all = self.can_show_all = False
        self.multi_page = self.has_next or self.page_num > 1


@admin.register(User)
class AccountAdmin(ModelAdmin):  # type: ignore[type-arg] # not generic when it runs
    """Looks accounts up; adds, changes and deletes nothing."""

    list_display = ("email",)
    list_display_links = None
    list_filter = (StateFilter,)
    list_per_page = ROWS_A_PAGE
    search_fields = ("email_key",)
    show_facets = ShowFacets.NEVER
    show_full_result_count = False
    actions = None
    fields = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Return accounts with what the list shows, and no password hash."""
        states = (
            "is_active",
            "is_staff",
            "role",
            "two_step_since",
            "disputed_until",
            "password_required_at",
        )
        return User.objects.only("public_id", "email", "name", "date_joined", *states)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the list that counts nothing."""
        return AccountList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find what `accounts.account_search` finds."""
        term = search_term.strip()
        return (queryset.filter(search(term)) if term else queryset), False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Refuse (400) all but the filter: `?password__startswith=` would read secrets."""
        return lookup == StateFilter.parameter_name

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Leave it to the site: who is let in may look."""
        return self.admin_site.has_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """The same."""
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds accounts here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes accounts here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes accounts here."""
        return False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list, to look at only."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        may_act = staff.may(authenticated_user(request), staff.Act.LOCK)
        return super().changelist_view(request, {**(extra_context or {}), "may_act": may_act})
