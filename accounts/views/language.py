"""Changing the language of the site."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation

from accounts.authentication.browser_trust import trusted_browser_allowed
from accounts.forms.language import LanguageForm
from accounts.preferences import languages
from accounts.request_user import authenticated_user
from accounts.views.shortcuts import show_form
from core.i18n import gettext as _
from core.web.http import safe_next


@login_not_required
@trusted_browser_allowed
def language(request: HttpRequest) -> HttpResponse:
    """Keep a choice in this browser and, for who is signed in, with the account; then go back."""
    form = LanguageForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return show_form(request, "accounts/language.html", form, next=safe_next(request))
    chosen = form.cleaned_data["language"]
    if request.user.is_authenticated:
        _keep_with_account(request, chosen)
    response = HttpResponseRedirect(safe_next(request, "home"))
    languages.set_cookie(response, chosen)
    return response


def _keep_with_account(request: HttpRequest, chosen: str) -> None:
    languages.choose(authenticated_user(request), chosen)
    request.COOKIES.pop(settings.LANGUAGE_COOKIE_NAME, None)  # an earlier choice, over now
    with translation.override(chosen or translation.get_language_from_request(request)):
        messages.success(request, _("Your language has been changed, in e-mails too."))
