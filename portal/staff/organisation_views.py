"""Staff pages of organisations: their people, who asks for a new code, and the acts on an account.

`portal.staff.site` guards every view here. No page of staff shows a secret or a code: what an
approval allows is shown to the person alone.
"""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import organisation_accounts, organisation_policy, organisations, staff
from accounts.activity.origin import origin_of
from accounts.forms.organisation import EnrolForm, OrganisationForm
from accounts.guards.interrupted_forms import confirms, held_values
from accounts.models import Enrolment, Organisation, User
from accounts.request_user import authenticated_user
from accounts.views.shortcuts import show_form
from core.i18n import gettext as _
from core.i18n import gettext_lazy
from core.limits.counters import LimitReached
from core.web.paging import page_of_rows
from devices import staff_acts
from portal.staff.act_pages import FORM, TOO_MANY_ACTS, Text, ask_why, may_act

MEMBERS = 15  # with two acts each, so that a first visit weighs less than 60,000 bytes


def _rights(request: HttpRequest) -> dict[str, bool]:
    keeps = staff.may(authenticated_user(request), staff.Act.KEEP_ORGANISATIONS)
    return {"keeps_organisations": keeps}


@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """List who asks their organisation, the one who waits longest first."""
    rows = Enrolment.objects.asked()
    page = page_of_rows(request, rows.select_related("user", "organisation"))
    return render(request, "admin/requests.html", {**page, "count": rows.count()})


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """List the organisations."""
    page = page_of_rows(request, Organisation.objects.all())
    return render(request, "admin/organisations.html", page | _rights(request))


@require_safe
def organisation(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one organisation and its people, newest first."""
    found = get_object_or_404(Organisation, public_id=public_id)
    page = page_of_rows(request, found.memberships.select_related("user"), MEMBERS)
    people = [row.user_id for row in page["rows"]]
    held = found.enrolments.current().filter(user__in=people)
    states = {row.user_id: row for row in held}
    members = [(row, states.get(row.user_id)) for row in page["rows"]]
    rules = organisation_policy.in_words(organisation_policy.rules_of(found))
    context = {**page, **_rights(request), "organisation": found, "members": members}
    context["rules"] = rules
    return render(request, "admin/organisation.html", context)


@require_http_methods(FORM)
@confirms(gettext_lazy("add an organisation"), *OrganisationForm.base_fields)
def add(request: HttpRequest) -> HttpResponse:
    """Add an organisation; an administrator's act."""
    return _edit(request, Organisation())


@require_http_methods(FORM)
@confirms(gettext_lazy("change an organisation"), *OrganisationForm.base_fields)
def edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Change what an organisation is called, whom its people can ask, and what it asks of them."""
    return _edit(request, get_object_or_404(Organisation, public_id=public_id))


def _edit(request: HttpRequest, found: Organisation) -> HttpResponse:
    staff.check_may(authenticated_user(request), staff.Act.KEEP_ORGANISATIONS)
    before = OrganisationForm.kept(found)
    if found.pk:
        before["seen"] = organisations.fingerprint(found)
    form = OrganisationForm(
        request.POST if request.method == "POST" else None,
        initial=before | OrganisationForm.held(held_values(request)),
    )
    if request.method == "POST" and form.is_valid() and _save(request, found, form):
        messages.success(request, _("%(name)s is saved.") % {"name": found.name})
        return redirect("admin:organisation", public_id=found.public_id)
    return show_form(request, "admin/edit_organisation.html", form, name=before["name"])


def _save(request: HttpRequest, found: Organisation, form: OrganisationForm) -> bool:
    form.write(found)
    try:
        organisations.save(
            actor=authenticated_user(request),
            organisation=found,
            origin=origin_of(request),
            seen=form.cleaned_data["seen"],
        )
    except organisations.Changed:
        now = Organisation.objects.get(pk=found.pk)
        said = organisation_policy.in_words(organisation_policy.rules_of(now)) or [_("nothing.")]
        words = _(
            "A colleague has changed it since you opened this page. Now it is called %(name)s and "
            "asks: %(rules)s Save again to write what stands below."
        ) % {"name": now.name, "rules": " ".join(said)}
        form.look_again(organisations.fingerprint(now), words)
        return False
    except organisations.NameTaken:
        form.add_error("name", _("An organisation with this name already exists."))
        return False
    return True


@require_http_methods(FORM)
@confirms(gettext_lazy("enrol a person"), "organisation", "label", "reason")
def enrol(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give the person an account with an organisation."""
    user = may_act(request, public_id, staff.Act.ENROL)
    form = EnrolForm(
        request.POST if request.method == "POST" else None, user=user, initial=held_values(request)
    )
    if not form.has_choice:
        said = _("There is no organisation to enrol this person in. Ask an administrator for one.")
        if staff.may(authenticated_user(request), staff.Act.KEEP_ORGANISATIONS):
            said = _("There is no organisation to enrol this person in. Add one first.")
        messages.info(request, said)
        return redirect("admin:organisations")
    if request.method == "POST" and form.is_valid() and _enrol(request, user, form):
        return redirect("admin:account", public_id=user.public_id)
    return show_form(request, "admin/acts/enrol.html", form, subject=user)


def _enrol(request: HttpRequest, user: User, form: EnrolForm) -> bool:
    given = form.cleaned_data
    names = {"person": user.email, "organisation": given["organisation"].name}
    try:
        organisation_accounts.enrol(actor=authenticated_user(request), user=user, **given)
    except organisation_accounts.AlreadyThere:
        said = _("%(person)s already has an account with %(organisation)s.")
        messages.info(request, said % names)
        return True
    except LimitReached as limit:
        form.add_error(None, form.must_wait(limit, TOO_MANY_ACTS))
        return False
    said = _("%(person)s can set up the account with %(organisation)s now.")
    messages.success(request, said % names)
    return True


def _its(request: HttpRequest, public_id: UUID, enrolment_id: UUID) -> Enrolment:
    user = may_act(request, public_id, staff.Act.ENROL)
    rows = user.enrolments.select_related("organisation", "user")
    return get_object_or_404(rows, public_id=enrolment_id)


@require_http_methods(FORM)
@confirms(gettext_lazy("allow a new code"), "checked", "reason")
def approve(request: HttpRequest, public_id: UUID, enrolment_id: UUID) -> HttpResponse:
    """Answer a request: let the person set their account up on a phone."""
    found = _its(request, public_id, enrolment_id)

    def do(reason: str) -> tuple[bool, Text]:
        changed = organisation_accounts.approve(
            actor=authenticated_user(request), enrolment=found, reason=reason
        )
        return changed, _("We’ll notify the person.") if changed else _(
            "There was nothing to approve."
        )

    return ask_why(request, found.user, "approve", do, **_request_of(found))


def _request_of(found: Enrolment) -> dict[str, Any]:
    """Return the request that waits, if one does, and how its asker was signed in."""
    return {
        "organisation": found.organisation.name,
        "enrolment": found,
        "asked": organisation_accounts.asked(found),
    }


@require_http_methods(FORM)
@confirms(gettext_lazy("decline a new code"), "checked", "reason")
def decline(request: HttpRequest, public_id: UUID, enrolment_id: UUID) -> HttpResponse:
    """Answer a request with no."""
    found = _its(request, public_id, enrolment_id)

    def do(reason: str) -> tuple[bool, Text]:
        changed = staff_acts.decline_request(
            actor=authenticated_user(request), enrolment=found, reason=reason
        )
        return changed, _("We’ll notify the person.") if changed else _(
            "There was nothing to decline."
        )

    return ask_why(request, found.user, "decline", do, **_request_of(found))


@require_http_methods(FORM)
@confirms(gettext_lazy("end an account with an organisation"), "checked", "reason")
def end(request: HttpRequest, public_id: UUID, enrolment_id: UUID) -> HttpResponse:
    """End the account of the person with an organisation."""
    found = _its(request, public_id, enrolment_id)

    def do(reason: str) -> tuple[bool, Text]:
        changed = staff_acts.end_enrolment(
            actor=authenticated_user(request), enrolment=found, reason=reason
        )
        return changed, _("The account has ended.") if changed else _("It had already ended.")

    return ask_why(request, found.user, "end", do, organisation=found.organisation.name)
