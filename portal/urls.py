"""All addresses of the site. What needs no sign-in says so at its view."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from core.web import dev_outbox
from portal import styleguide, views, well_known

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("api/authenticator/v1/", include("devices.api.urls")),
    path("", include("devices.urls")),
    path("", include("accounts.urls")),
    path("security/", views.overview, name="overview"),
    path("brand/style.css", views.brand_style, name="brand_style"),
    path("brand/logo", views.brand_logo, name="brand_logo"),
    path(".well-known/change-password", well_known.change_password, name="wk_change_password"),
    path(".well-known/passkey-endpoints", well_known.passkey_endpoints, name="passkey_endpoints"),
    path(".well-known/security.txt", well_known.security_txt, name="security_txt"),
    path("robots.txt", well_known.robots, name="robots"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("organisation/", include("portal.managers.urls")),
    path("admin/", admin.site.urls),
]

if settings.DEBUG:
    urlpatterns += [
        path("outbox/", dev_outbox.outbox, name="outbox"),
        path("styleguide/", styleguide.styleguide, name="styleguide"),
    ]

handler400 = "core.web.errors.bad_request"
handler403 = "core.web.errors.forbidden"
handler404 = "core.web.errors.not_found"
handler500 = "core.web.errors.server_error"
