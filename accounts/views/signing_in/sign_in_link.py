"""A way past the wait that others caused with wrong passwords: the account's own mailbox."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.activity.origin import Origin
from accounts.authentication import known_browsers
from accounts.forms.links import TokenForm
from accounts.forms.sign_in import ResetForm
from accounts.links import link_mail
from accounts.models import OneTimeLink
from accounts.views.password import sent_page
from accounts.views.shortcuts import show_form
from core.i18n import gettext as _
from core.web.http import client_of


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_mail(request: HttpRequest) -> HttpResponse:
    """Ask for the address; the same answer, and the same work, for every address."""
    form = ResetForm(request.POST or None, origin=Origin(client_of(request)))
    if request.method == "POST" and form.is_valid():
        return sent_page(link_mail.ask(form.cleaned_data["email"], "sign-in"))
    return show_form(request, "accounts/sign_in_mail.html", form)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def sign_in_link(request: HttpRequest) -> HttpResponse:
    """Give this browser tries of its own at the password; it proves nothing else."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        link = OneTimeLink.find(form.cleaned_data["token"], "sign-in")
        if link and link.consume():
            known_browsers.open_tries(request, link.user, f"link:{link.pk}")
            messages.success(request, _("You can try your password again in this browser now."))
            return redirect("accounts:sign_in")
        form.add_error(None, _("This link no longer works. Ask for a new one."))
    return show_form(request, "accounts/open_link.html", form)
