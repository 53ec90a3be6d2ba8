"""Staff pages of the notes about an account.

`portal.staff.site` guards every view here.
"""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts import by_staff, staff
from accounts.forms.staff import NoteForm
from accounts.guards.interrupted_forms import confirms, held_values
from accounts.request_user import authenticated_user
from accounts.views.shortcuts import show_form
from core.i18n import gettext as _
from core.i18n import gettext_lazy
from core.limits.counters import LimitReached
from core.web import paging
from portal.staff.act_pages import FORM, TOO_MANY_ACTS, may_act, subject

NOTES_A_PAGE = 25


@require_http_methods(FORM)
@confirms(gettext_lazy("write a note about an account"), "text", "ticket")
def notes(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """List the notes, newest first, and take one more."""
    user, actor = subject(public_id), authenticated_user(request)
    form = NoteForm(
        request.POST if request.method == "POST" else None, initial=held_values(request)
    )
    if request.method == "POST":
        may_act(request, public_id, staff.Act.NOTE)
        if form.is_valid():
            try:
                by_staff.note(actor=actor, user=user, **form.cleaned_data)
            except LimitReached as limit:
                form.add_error(None, form.must_wait(limit, TOO_MANY_ACTS))
            else:
                messages.success(request, _("The note is saved."))
                return redirect("admin:notes", public_id=public_id)
    number = paging.number_in(request)
    rows, has_next = paging.page_of(user.staff_notes.select_related("author"), number, NOTES_A_PAGE)
    context = {
        "subject": user,
        "notes": rows,
        "number": number,
        "has_next": has_next,
        "may": staff.acts_on(actor, user),
    }
    response = show_form(request, "admin/notes.html", form, **context)
    staff.note_look(actor=actor, user=user)
    return response
