"""Recovery contacts: those of the signed-in person, and those whom they help."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.activity.origin import origin_of
from accounts.authentication.proofs import Strength, step_up_required
from accounts.authentication.session_guard import atomic_with_session
from accounts.forms.recovery import AskContactForm, WordsForm
from accounts.guards.act_limits import counted
from accounts.guards.binding_proof import two_proofs_required
from accounts.guards.interrupted_forms import confirms, held_values
from accounts.holds import bindings
from accounts.models import RecoveryCase, RecoveryContact, User
from accounts.recovery_cases import deciding
from accounts.recovery_contacts import answering, changes
from accounts.request_user import authenticated_user
from accounts.views.shortcuts import show_form
from core.i18n import gettext as _
from core.i18n import gettext_lazy
from core.limits.counters import LimitReached
from core.web.http import require_post

PAGE = "accounts:recovery_contacts"
LISTED = 20  # of each list


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """List whom the person asked, who asks them, and whom they help."""
    user = authenticated_user(request)
    still = Q(removed_at__isnull=True) | Q(
        agreed_at__isnull=False, removed_at__gt=timezone.now() - settings.RECOVERY_CONTACT_KEPT
    )
    own = user.recovery_contacts.filter(still).select_related("person")
    # Those in use first: whatever was removed lately, they are never cut off.
    rows = list(own.order_by(F("removed_at").asc(nulls_first=True), "pk")[:LISTED])
    helped = user.recovery_contact_of.agreed().order_by("pk")
    context = {
        "own": rows,
        "is_full": sum(row.removed_at is None for row in rows) >= settings.RECOVERY_CONTACTS,
        "most": settings.RECOVERY_CONTACTS,
        "needed": settings.RECOVERY_CONTACTS_NEEDED,
        "asked": list(changes.asked_of(user).order_by("pk")[:LISTED]),
        "helped": list(helped[:LISTED]),
        "questions": answering.questions_for(user),
    }
    return render(request, "accounts/recovery_contacts/list.html", context)


@two_proofs_required(Strength.TWO_STEP)
@confirms(gettext_lazy("ask somebody to be your recovery contact"), "address", "known_as")
@counted
@require_http_methods(["GET", "HEAD", "POST"])
def ask_recovery_contact(request: HttpRequest) -> HttpResponse:
    """Ask somebody by their address; they count some days after they have agreed."""
    user = authenticated_user(request)
    initial = {"known_as": user.name, **held_values(request)}
    form = AskContactForm(request.POST or None, origin=origin_of(request), initial=initial)
    if request.method == "POST" and form.is_valid() and _asked(request, user, form):
        address = form.cleaned_data["address"]
        messages.success(request, _("We’ve written to %(address)s.") % {"address": address})
        return redirect(PAGE)
    context = {"days": settings.RECOVERY_CONTACT_AGE.days}
    return show_form(request, "accounts/recovery_contacts/ask.html", form, **context)


def _asked(request: HttpRequest, user: User, form: AskContactForm) -> bool:
    ground = bindings.ground_of(request, is_contact=True)
    try:
        with atomic_with_session(request):
            changes.ask(user, **form.cleaned_data, origin=origin_of(request), ground=ground)
    except changes.Own:
        form.add_error("address", _("This is an address of your own."))
    except changes.AlreadyAsked:
        form.add_error("address", _("You’ve already asked this person."))
    except changes.TooMany:
        form.add_error(None, _("You’ve reached the maximum. Remove one first."))
    else:
        return True
    return False


@two_proofs_required(Strength.TWO_STEP)
@confirms(gettext_lazy("remove a recovery contact"))
@require_http_methods(["GET", "HEAD", "POST"])
def remove_recovery_contact(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask, then remove a contact."""
    rows = authenticated_user(request).recovery_contacts.current()
    contact = get_object_or_404(rows.select_related("owner"), public_id=public_id)
    if request.method == "POST":
        with atomic_with_session(request):
            changes.remove(contact, origin=origin_of(request))
        messages.success(request, _("%(contact)s has been removed.") % {"contact": contact})
        return redirect(PAGE)
    context = {"contact": contact, "days": settings.RECOVERY_CONTACT_KEPT.days}
    return render(request, "accounts/recovery_contacts/remove.html", context)


@require_post(PAGE)
@counted
def answer_recovery_contact(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Agree to be somebody's recovery contact, decline, or stop being one."""
    person = authenticated_user(request)
    contact = RecoveryContact.objects.select_related("owner").filter(public_id=public_id).first()
    if contact is None or not _is_for(contact, person):
        raise Http404
    name = {"name": contact.known_as}
    if "agree" in request.POST:
        if changes.agree(contact, person):
            messages.success(request, _("You are now a recovery contact of %(name)s.") % name)
    elif "decline" in request.POST:
        if changes.decline(contact, person):
            messages.success(request, _("You declined. We’ve told %(name)s.") % name)
    elif "leave" in request.POST and changes.leave(contact, person):
        messages.success(request, _("You are no longer a recovery contact of %(name)s.") % name)
    return redirect(PAGE)


def _is_for(contact: RecoveryContact, person: User) -> bool:
    if contact.person_id:
        return contact.person_id == person.pk
    return changes.asked_of(person).filter(pk=contact.pk).exists()


@step_up_required(Strength.TWO_STEP)
@confirms(gettext_lazy("answer as a recovery contact"))
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def recovery_question(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Ask a contact whether the person who asks for an account is the owner."""
    person = authenticated_user(request)
    asked = [each for each in answering.questions_for(person) if each[0].public_id == public_id]
    if not asked:
        messages.info(request, _("There is nothing to answer any more."))
        return redirect(PAGE)
    contact, case = asked[0]
    is_owner = "no" not in request.POST
    form = WordsForm(request.POST if request.method == "POST" and is_owner else None)
    if request.method == "POST" and (not is_owner or _are_right(form, case, person)):
        return _answered(request, contact, case, is_owner=is_owner)
    template = "accounts/recovery_contacts/question.html"
    return show_form(request, template, form, contact=contact, case=case)


def _are_right(form: WordsForm, case: RecoveryCase, person: User) -> bool:
    if not form.is_valid():
        return False
    try:
        answering.check_words(case, person, form.cleaned_data["words"])
    except answering.WrongWords:
        form.add_error("words", _("These are not the words. Ask the person to read them again."))
    except LimitReached as limit:
        form.add_error(None, form.must_wait(limit))
    return not form.errors


def _answered(
    request: HttpRequest, contact: RecoveryContact, case: RecoveryCase, *, is_owner: bool
) -> HttpResponse:
    try:
        with atomic_with_session(request):
            deciding.hear(case, contact, is_owner=is_owner, origin=origin_of(request))
    except answering.NotOpen:
        messages.info(request, _("There is nothing to answer any more."))
    else:
        messages.success(request, _("Thank you. We’ve noted your answer."))
    return redirect(PAGE)
