"""The authenticator app: a page for everybody who reads a language, its worker, its manifest.

None of them looks at the session, so that the phone may keep them: they hold nothing personal.
"""

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from devices import app_shell
from portal.http import for_anyone, opens_camera

SCRIPT = "text/javascript; charset=utf-8"
WASM = "'wasm-unsafe-eval'"
MANIFEST = "application/manifest+json"


@for_anyone
@require_safe
def shell(request: HttpRequest) -> HttpResponse:
    """Give the page of the app; on this page alone the camera may be asked for."""
    return opens_camera(HttpResponse(app_shell.page(request.LANGUAGE_CODE)))


@for_anyone
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Give the service worker, with the hash of everything it is to keep in its page's language."""
    asked = request.GET.get("language", "")
    language = asked if asked in dict(settings.LANGUAGES) else request.LANGUAGE_CODE
    return HttpResponse(app_shell.worker(language), content_type=SCRIPT)


@for_anyone
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """Say what the app is called and looks like on a home screen."""
    return JsonResponse(app_shell.manifest(settings.PORTAL_NAME), content_type=MANIFEST)


@for_anyone
@require_safe
@csp_update({"script-src": WASM})
def key_derivation(request: HttpRequest) -> HttpResponse:
    """Give the worker that derives keys, the one script that may use WebAssembly."""
    return HttpResponse(app_shell.key_derivation(), content_type=SCRIPT)
