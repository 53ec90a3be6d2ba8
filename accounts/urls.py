"""Addresses of signing in and of the security pages."""

from django.urls import path

from accounts.views import confirm, held, language, not_me, password
from accounts.views.recovery import case, opening
from accounts.views.security import (
    activity,
    contact,
    fire_drill,
    recovery_codes,
    recovery_contacts,
    steps,
    two_step,
    unused,
)
from accounts.views.signing_in import invitation, joining, set_up, sign_in, sign_in_link, sign_up

app_name = "accounts"

urlpatterns = [
    path("language/", language.language, name="language"),
    path("sign-in/", sign_in.begin, name="sign_in"),
    path("sign-in/another-way/", sign_in.another_way, name="another_way"),
    path("sign-in/lost-your-phone/", sign_in.lost_phone, name="lost_phone"),
    path("sign-in/mail/", sign_in_link.sign_in_mail, name="sign_in_mail"),
    path("sign-in/link/", sign_in_link.sign_in_link, name="sign_in_link"),
    path("sign-in/<slug:slug>/", sign_in.step, name="sign_in_step"),
    path("sign-in/<slug:slug>/fate/", sign_in.message_fate, name="message_fate"),
    path("sign-in/<slug:slug>/options/", sign_in.step_options, name="step_options"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("sign-up/", sign_up.begin, name="sign_up"),
    path("sign-up/confirm/", sign_up.sign_up_confirm, name="sign_up_confirm"),
    path("sign-up/confirm/fate/", sign_up.sign_up_fate, name="sign_up_fate"),
    path("password/reset/", password.reset_password, name="reset_password"),
    path("password/reset/sent/", password.reset_sent, name="reset_sent"),
    path("password/reset/new/", password.reset_new, name="reset_new"),
    path("password/reset/link/", password.reset_link, name="reset_link"),
    path("recover/", opening.recover, name="recover"),
    path("recover/code/", opening.recover_code, name="recover_code"),
    path("recover/link/", opening.recover_link, name="recover_link"),
    path("recover/code/fate/", opening.recover_fate, name="recover_fate"),
    path("recover/case/", case.case, name="case"),
    path("recover/case/link/", case.case_link, name="case_link"),
    path("recover/stop/", case.stop_case, name="stop_case"),
    path("security/recovery-contacts/", recovery_contacts.listed, name="recovery_contacts"),
    path(
        "security/recovery-contacts/ask/",
        recovery_contacts.ask_recovery_contact,
        name="ask_recovery_contact",
    ),
    path(
        "security/recovery-contacts/<uuid:public_id>/remove/",
        recovery_contacts.remove_recovery_contact,
        name="remove_recovery_contact",
    ),
    path(
        "security/recovery-contacts/<uuid:public_id>/answer/",
        recovery_contacts.answer_recovery_contact,
        name="answer_recovery_contact",
    ),
    path(
        "security/recovery-contacts/<uuid:public_id>/question/",
        recovery_contacts.recovery_question,
        name="recovery_question",
    ),
    path("security/recovery-request/", case.own_case, name="own_case"),
    path("recover/password/", case.case_new_password, name="case_new_password"),
    path("recover/password/link/", case.case_new_password_link, name="case_new_password_link"),
    path("report/", not_me.not_me, name="not_me"),
    path("report/<str:token>/", not_me.not_me_in_path, name="not_me_in_path"),
    path("set-up/", set_up.set_up, name="set_up"),
    path("set-up/link/", set_up.set_up_link, name="set_up_link"),
    path("confirm/", confirm.confirm, name="confirm"),
    path("confirm/another-way/", confirm.confirm_another_way, name="confirm_another_way"),
    path("confirm/once-more/", confirm.once_more, name="once_more"),
    path("confirm/<slug:slug>/", confirm.confirm_step, name="confirm_step"),
    path("confirm/<slug:slug>/fate/", confirm.confirm_fate, name="confirm_fate"),
    path("confirm/<slug:slug>/options/", confirm.confirm_options, name="confirm_options"),
    path("security/two-step/", two_step.two_step, name="two_step"),
    path("security/two-step/on/", two_step.two_step_on, name="two_step_on"),
    path("security/two-step/off/", two_step.two_step_off, name="two_step_off"),
    path("security/two-step/<slug:slug>/decline/", steps.decline_step, name="decline_step"),
    path("security/two-step/<slug:slug>/accept/", steps.accept_step, name="accept_step"),
    path("security/recovery-codes/", recovery_codes.recovery_codes_page, name="recovery_codes"),
    path(
        "security/recovery-codes/new/",
        recovery_codes.recovery_codes_new,
        name="recovery_codes_new",
    ),
    path(
        "security/recovery-codes/<uuid:public_id>/discard/",
        recovery_codes.recovery_codes_discard,
        name="recovery_codes_discard",
    ),
    path(
        "security/recovery-codes/download/",
        recovery_codes.recovery_codes_download,
        name="recovery_codes_download",
    ),
    path("security/password/", password.change_password, name="change_password"),
    path("security/contact/", contact.contact, name="contact"),
    path("security/contact/addresses/add/", contact.add_address, name="add_address"),
    path("security/contact/numbers/add/", contact.add_number, name="add_number"),
    path(
        "security/contact/<uuid:public_id>/confirm/",
        contact.confirm_contact,
        name="confirm_contact",
    ),
    path("invitation/", invitation.invitation, name="invitation"),
    path("invitation/join/", joining.join, name="join_organisation"),
    path("invitation/link/", invitation.invitation_link, name="invitation_link"),
    path("security/contact/<uuid:public_id>/send/", contact.resend_contact, name="resend_contact"),
    path(
        "security/contact/<uuid:public_id>/remove/", contact.remove_contact, name="remove_contact"
    ),
    path("security/contact/<uuid:public_id>/primary/", contact.make_primary, name="make_primary"),
    path("security/fire-drill/", fire_drill.show, name="fire_drill"),
    path("security/steps/not-now/", unused.unused_not_now, name="unused_not_now"),
    path("security/added/", held.held, name="held"),
    path("security/activity/", activity.activity, name="activity"),
]
