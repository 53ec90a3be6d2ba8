"""Addresses of what a person holds; `sign-in/…` has to stand before that of the steps."""

from django.urls import path

from devices.views import (
    authenticator,
    browsers,
    devices,
    handshake,
    passkey_alone,
    passkeys,
    trusted,
    well_known,
    work,
)
from devices.views.phones import (
    app_links,
    disputes,
    linking,
    lost_phone,
    new_phone,
    orders,
    phones,
    suspending,
    where_is_your_phone,
)

app_name = "devices"

urlpatterns = [
    path(".well-known/webauthn", well_known.webauthn, name="well_known_webauthn"),
    path(
        "sign-in/where-is-your-phone/",
        where_is_your_phone.where_is_your_phone,
        name="where_is_your_phone",
    ),
    path("sign-in/passkey/alone/", passkey_alone.passkey_alone, name="passkey_alone"),
    path(
        "sign-in/passkey/alone/options/",
        passkey_alone.passkey_alone_options,
        name="passkey_alone_options",
    ),
    path("sign-in/take-back/", disputes.take_back_own, name="take_back_own"),
    path("devices/dispute/", disputes.dispute, name="dispute"),
    path("devices/", devices.index, name="index"),
    path("devices/help-desk/", handshake.help_desk, name="help_desk"),
    path("devices/lost/", lost_phone.lost, name="lost"),
    path("devices/new-phone/", new_phone.new_phone, name="new_phone"),
    path("devices/link/", linking.link_phone, name="link_phone"),
    path("devices/link/<uuid:public_id>/", linking.confirm_phone, name="confirm_phone"),
    path("devices/<uuid:public_id>/rename/", phones.rename_phone, name="rename_phone"),
    path("devices/<uuid:public_id>/suspend/", suspending.suspend_phone, name="suspend_phone"),
    path("devices/<uuid:public_id>/take-back/", suspending.take_back_phone, name="take_back_phone"),
    path("devices/<uuid:public_id>/unlink/", phones.unlink_phone, name="unlink_phone"),
    path("devices/app/orders/<uuid:public_id>/call-off/", orders.call_off, name="call_off"),
    path("devices/unlinked/<uuid:public_id>/", phones.unlinked, name="unlinked"),
    path("devices/app/", app_links.link_app, name="link_app"),
    path("devices/app/recover/", app_links.recover_app, name="recover_app"),
    path("devices/app/<uuid:public_id>/", app_links.confirm_app, name="confirm_app"),
    path("devices/app/<uuid:public_id>/state/", app_links.app_state, name="app_state"),
    path("devices/app/grants/<uuid:public_id>/stop/", app_links.stop_grant, name="stop_grant"),
    path("devices/unlinked/<uuid:public_id>/wipe/", phones.wipe_app, name="wipe_app"),
    path("devices/work/<uuid:public_id>/", work.work_account, name="work_account"),
    path("devices/work/<uuid:public_id>/ask/", work.ask_work, name="ask_work"),
    path("devices/passkeys/add/", passkeys.add_passkey, name="add_passkey"),
    path("devices/passkeys/add/options/", passkeys.add_passkey_options, name="add_passkey_options"),
    path("devices/passkeys/not-now/", passkeys.passkey_not_now, name="passkey_not_now"),
    path(
        "devices/passkeys/<uuid:public_id>/rename/",
        passkeys.rename_passkey,
        name="rename_passkey",
    ),
    path(
        "devices/passkeys/<uuid:public_id>/remove/",
        passkeys.remove_passkey,
        name="remove_passkey",
    ),
    path(
        "devices/browsers/<uuid:public_id>/rename/",
        browsers.rename_session,
        name="rename_session",
    ),
    path("devices/browsers/<uuid:public_id>/end/", browsers.end_session, name="end_session"),
    path("devices/trusted/<uuid:public_id>/rename/", trusted.rename_trusted, name="rename_trusted"),
    path("devices/trusted/<uuid:public_id>/end/", trusted.end_trust, name="end_trust"),
    path("devices/trusted/end-all/", trusted.end_all_trust, name="end_all_trust"),
    path("devices/browsers/end-others/", browsers.end_other_sessions, name="end_other_sessions"),
    path("authenticator/", authenticator.app, name="authenticator"),
    path("authenticator/kdf.js", authenticator.key_derivation, name="authenticator_kdf"),
    path("authenticator/sw.js", authenticator.service_worker, name="authenticator_worker"),
    path("authenticator/version.json", authenticator.version, name="authenticator_version"),
    path("authenticator/version.txt", authenticator.listing, name="authenticator_listing"),
    path(
        "authenticator/manifest.webmanifest", authenticator.manifest, name="authenticator_manifest"
    ),
]
