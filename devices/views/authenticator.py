"""The authenticator app: a page for everybody who reads a language, its worker, its manifest.

None of them looks at the session, so that the phone may keep them: they hold nothing personal. For
the same reason they may travel compressed, which pages with something secret on them never do: how
long such an answer is would tell of it (BREACH).
"""

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from core.web.http import opens_camera, sessionless
from devices.authenticator import shell

SCRIPT = "text/javascript; charset=utf-8"
WASM = "'wasm-unsafe-eval'"
TEXT = "text/plain; charset=utf-8"
MANIFEST = "application/manifest+json"


@sessionless
@gzip_page
@require_safe
def app(request: HttpRequest) -> HttpResponse:
    """Give the page of the app; on this page alone the camera may be asked for.

    At an origin of its own no cookie remembers a language: there the address says which.
    """
    return opens_camera(HttpResponse(shell.page(_language(request))))


@sessionless
@gzip_page
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Give the service worker, with the hash of everything it is to keep in its page's language."""
    return HttpResponse(shell.worker(_language(request)), content_type=SCRIPT)


@sessionless
@require_safe
def version(request: HttpRequest) -> HttpResponse:
    """Publish the hashes of the app as this site serves it, and where they come from."""
    language = _language(request)
    listed = f"{reverse('devices:authenticator_listing')}?language={language}"
    return JsonResponse({**shell.version(language), "listing": listed})


@sessionless
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Publish the hash of every file that the app keeps, as `sha256sum` writes it."""
    return HttpResponse(shell.listing(_language(request)), content_type=TEXT)


def _language(request: HttpRequest) -> str:
    """The language that is asked for, which is part of the version; else that of the browser."""
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else request.LANGUAGE_CODE


@sessionless
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Say what the app is called and looks like on a home screen."""
    return JsonResponse(shell.manifest(settings.PORTAL_NAME), content_type=MANIFEST)


@sessionless
@require_safe
@csp_update({"script-src": WASM})
def key_derivation(request: HttpRequest) -> HttpResponse:
    """Give the worker that derives keys, the one script that may use WebAssembly."""
    return HttpResponse(shell.key_derivation(), content_type=SCRIPT)
