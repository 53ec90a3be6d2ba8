"""Addresses that phones call, under /api/authenticator/v1/."""

from django.urls import URLPattern, path

from devices.api import commands, late, linking, vault, versions, work
from devices.api.recovery import passphrases, restore, slots, transfers

app_name = "api"

urlpatterns: list[URLPattern] = [
    path("vault", vault.vault, name="vault"),
    path("vault/head", vault.head, name="vault_head"),
    path("vault/verified", vault.verified, name="vault_verified"),
    path("vault/undelete", vault.undelete, name="vault_undelete"),
    path("vault/tag", vault.tag, name="vault_tag"),
    path("vault/versions", versions.listed, name="vault_versions"),
    path("vault/versions/<int:number>", versions.one, name="vault_version"),
    path("vault/versions/<int:number>/pin", versions.pin, name="vault_version_pin"),
    path("vault/slots/<uuid:public_id>", slots.slot, name="vault_slot"),
    path("vault/slots/<uuid:public_id>/opened", slots.opened, name="vault_slot_opened"),
    path("vault/slots", slots.removed, name="vault_slots"),
    path("vault/slots/<uuid:public_id>/back", slots.back, name="vault_slot_back"),
    path("vault/late", late.changes, name="vault_late"),
    path("vault/late/<uuid:public_id>", late.change, name="vault_late_change"),
    path("password", passphrases.password, name="password"),
    path("restore/offers", restore.offers, name="restore_offers"),
    path("restore/slots", restore.slots, name="restore_slots"),
    path("restore/prove", restore.prove, name="restore_prove"),
    path("restore/complete", restore.complete, name="restore_complete"),
    path("restore/<uuid:public_id>/versions", versions.of_vault, name="restore_versions"),
    path(
        "restore/<uuid:public_id>/versions/<int:number>",
        versions.one_of_vault,
        name="restore_version",
    ),
    path("transfers", transfers.ask, name="transfers"),
    path("transfers/<uuid:public_id>", transfers.transfer, name="transfer"),
    path("link/look", linking.link_look, name="link_look"),
    path("link/claim", linking.link_claim, name="link_claim"),
    path("link", linking.link, name="link"),
    path("heartbeat", linking.heartbeat, name="heartbeat"),
    path("commands/<uuid:public_id>/lock", commands.lock, name="command_lock"),
    path("commands/<uuid:public_id>/locked", commands.locked, name="command_locked"),
    path("commands/<uuid:public_id>/opened", commands.opened, name="command_opened"),
    path("commands/<uuid:public_id>/done", commands.done, name="command_done"),
    path("work", work.overview, name="work"),
    path("work/claim", work.claim, name="work_claim"),
    path("work/<uuid:public_id>/ask", work.ask, name="work_ask"),
    path("work/<uuid:public_id>/confirm", work.confirm, name="work_confirm"),
]
