"""The staff page on which an administrator gives a person a role, or takes it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts import staff
from accounts.activity.origin import origin_of
from accounts.forms.staff import RoleForm
from accounts.guards.interrupted_forms import confirms, held_values
from accounts.models import Role, User
from accounts.request_user import authenticated_user
from accounts.views.shortcuts import show_form
from core.i18n import gettext as _
from core.i18n import gettext_lazy
from core.limits.counters import LimitReached
from portal.staff.act_pages import TOO_MANY_ACTS, may_act


@require_http_methods(["GET", "HEAD", "POST"])
@confirms(gettext_lazy("give a role"), "role", "reason")
def give_role(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Make the person staff with a role, give them another role, or end it."""
    user = may_act(request, public_id, staff.Act.GIVE_ROLE)
    initial = {"role": user.role, **held_values(request)}
    form = RoleForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid() and _give(request, user, form):
        return redirect("admin:account", public_id=user.public_id)
    return show_form(request, "admin/acts/give_role.html", form, subject=user)


def _give(request: HttpRequest, user: User, form: RoleForm) -> bool:
    role = Role(int(form.cleaned_data["role"]))
    try:
        changed = staff.give_role(
            actor=authenticated_user(request),
            user=user,
            role=role,
            reason=form.cleaned_data["reason"],
            origin=origin_of(request),
        )
    except staff.NoSecondStep:
        form.add_error(
            "role",
            _("This person has to turn on two-step verification before they can be staff."),
        )
        return False
    except LimitReached as limit:
        form.add_error(None, form.must_wait(limit, TOO_MANY_ACTS))
        return False
    if not changed:
        messages.info(request, _("They already had that role."))
    elif role:
        messages.success(request, _("Their role is now: %(role)s.") % {"role": role.label})
    else:
        messages.success(request, _("They are no longer staff."))
    return True
