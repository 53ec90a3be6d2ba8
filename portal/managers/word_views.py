"""The page on which a manager says whether somebody who asks for an account is who they say.

`portal.managers.guard` guards the view.
"""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from accounts.activity.origin import origin_of
from accounts.forms.recovery import WordsForm
from accounts.guards.interrupted_forms import confirms
from accounts.models import Organisation, RecoveryCase, User
from accounts.recovery_cases import organisation_word
from accounts.recovery_contacts.answering import WrongWords, check_words
from accounts.request_user import authenticated_user
from accounts.views.shortcuts import show_form
from core.i18n import gettext as _
from core.i18n import gettext_lazy
from core.limits.counters import LimitReached
from portal.managers.guard import FORM, manager_page


@require_http_methods(FORM)
@manager_page
@confirms(gettext_lazy("say who asks for an account"), "words")
def say(request: HttpRequest, organisation: Organisation, member_id: UUID) -> HttpResponse:
    """Ask for the three words, and note what the manager says."""
    user = get_object_or_404(User, public_id=member_id, memberships__organisation=organisation)
    case = organisation_word.case_of(organisation, user)
    if case is None or user.pk == authenticated_user(request).pk:
        return _nothing(request, organisation)
    is_owner = "no" not in request.POST
    form = WordsForm(request.POST if request.method == "POST" and is_owner else None)
    if request.method == "POST" and (not is_owner or _are_right(request, form, case)):
        return _said(request, organisation, user, is_owner=is_owner)
    context = {"organisation": organisation, "place": "members", "subject": user}
    return show_form(request, "managers/word.html", form, **context)


def _are_right(request: HttpRequest, form: WordsForm, case: RecoveryCase) -> bool:
    if not form.is_valid():
        return False
    try:
        check_words(case, authenticated_user(request), form.cleaned_data["words"])
    except WrongWords:
        form.add_error("words", _("These are not the words. Ask the person to read them again."))
    except LimitReached as limit:
        form.add_error(None, form.must_wait(limit))
    return not form.errors


def _said(
    request: HttpRequest, organisation: Organisation, user: User, *, is_owner: bool
) -> HttpResponse:
    actor = authenticated_user(request)
    try:
        organisation_word.say(
            actor=actor,
            organisation=organisation,
            user=user,
            is_owner=is_owner,
            origin=origin_of(request),
        )
    except organisation_word.NotOpen:
        return _nothing(request, organisation)
    messages.success(request, _("Thank you. We’ve noted your answer."))
    return redirect("organisation:members", public_id=organisation.public_id)


def _nothing(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    messages.info(request, _("There is nothing to answer any more."))
    return redirect("organisation:members", public_id=organisation.public_id)
