"""Addresses of the pages of managers."""

from django.urls import path

from portal.managers import invitation_views, list_views, member_views, word_views

app_name = "organisation"

urlpatterns = [
    path("", member_views.index, name="index"),
    path("<uuid:public_id>/", member_views.members, name="members"),
    path("<uuid:public_id>/people/<uuid:member_id>/word/", word_views.say, name="say"),
    path("<uuid:public_id>/requests/", member_views.requests, name="requests"),
    path("<uuid:public_id>/invitations/", invitation_views.invitations, name="invitations"),
    path("<uuid:public_id>/invitations/list/", list_views.invite_many, name="invite_many"),
    path(
        "<uuid:public_id>/invitations/<uuid:invitation_id>/send/",
        invitation_views.resend,
        name="resend_invitation",
    ),
    path(
        "<uuid:public_id>/invitations/<uuid:invitation_id>/withdraw/",
        invitation_views.withdraw,
        name="withdraw_invitation",
    ),
]
