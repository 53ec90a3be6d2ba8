"""The backup of the active phone: made, read, saved, switched off and on again."""

import re
from contextlib import nullcontext
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.activity.origin import Origin
from core.web.http import client_of
from devices.api.http import api_endpoint, body_of, installation_required
from devices.backups import errors, validation
from devices.backups.access import authorization, key_proofs, slots
from devices.backups.errors import malformed
from devices.backups.storage import serialization, vaults, versions
from devices.backups.storage.envelopes import read_envelope, read_slot
from devices.models import Installation, Vault, VaultVersion

IDEMPOTENCY_KEY = re.compile(r"[!-~]{1,64}")
MORE_THAN_SEALED = 64 * 1024  # of a body: header, slots


def longest_body() -> int:
    """How long a body with an envelope may be: base64url takes four letters for three bytes."""
    most: int = settings.VAULT_VERSION_BYTES
    return most * 4 // 3 + MORE_THAN_SEALED


@api_endpoint("GET", "POST", "DELETE")
@installation_required
def vault(request: HttpRequest, installation: Installation) -> HttpResponse:
    """Show, make, or switch off the backup."""
    if request.method == "POST":
        return _make(request, installation)
    if request.method == "DELETE":
        with vaults.counted_act(installation):
            until = vaults.switch_off(installation=installation, origin=Origin(client_of(request)))
        return JsonResponse({"deleted_until": until})
    return _show(request, installation)


def _make(request: HttpRequest, installation: Installation) -> HttpResponse:
    versions.count_save(installation)
    names = ("envelope", "accounts", "slots")
    optional = ("freeze", "tag")
    body = validation.members(body_of(request, most=longest_body()), *names, optional=optional)
    given = body["slots"]
    if not isinstance(given, list) or len(given) > vaults.SLOTS_A_VAULT:
        raise malformed()
    freeze = validation.flag(body.get("freeze", False))
    with vaults.counted_act(installation) if freeze else nullcontext():
        made = vaults.make(
            installation=installation,
            envelope=read_envelope(body),
            slots=[read_slot(slot) for slot in given],
            freeze=freeze,
            tag_digest=key_proofs.digest_in(body),
            origin=Origin(client_of(request)),
        )
    return _told(versions.head_of(made), 201)


def _show(request: HttpRequest, installation: Installation) -> HttpResponse:
    row = authorization.read_current(installation)
    if request.headers.get("If-None-Match") == _etag(row.head):
        return _tagged(HttpResponse(status=304), row.head)
    return _tagged(JsonResponse(_whole(row)), row.head)


def _whole(row: Vault) -> dict[str, Any]:
    return {
        "vault": row.public_id,
        "state": row.state,
        "epoch": row.epoch,
        "head": row.head,
        "verified": row.verified_at,
        "deleted_until": row.ends_at,
        "version": serialization.whole(serialization.one(row, row.head)),
        "slots": serialization.slots_of(row),
    }


@api_endpoint("PUT")
@installation_required
def head(request: HttpRequest, installation: Installation) -> HttpResponse:
    """Save the version that follows the one named in `If-Match`."""
    following = _if_match(request)
    versions.count_save(installation)
    asked = _save(request, following)
    row, is_new = versions.save(
        installation=installation, save=asked, origin=Origin(client_of(request))
    )
    return _told(row, 201 if is_new else 200)


def _if_match(request: HttpRequest) -> int:
    given = re.fullmatch(r'"([0-9]{1,10})"', request.headers.get("If-Match", ""))
    if given is None:
        raise errors.if_match_needed()
    return validation.number_in(given[1])


def _save(request: HttpRequest, following: int) -> versions.Save:
    key = request.headers.get("Idempotency-Key", "")
    if not IDEMPOTENCY_KEY.fullmatch(key):
        raise malformed()
    body = body_of(request, most=longest_body())
    validation.members(body, "envelope", "accounts", optional=("shrink",))
    envelope = read_envelope(body)
    if envelope.base != following:
        raise malformed()
    return versions.Save(envelope, key, shrink=validation.flag(body.get("shrink", False)))


def _told(row: VaultVersion, status: int) -> HttpResponse:
    known = {"head": row.number, "saved": row.saved_at, "accounts": row.accounts}
    return _tagged(JsonResponse(known, status=status), row.number or 0)


def _tagged(response: HttpResponse, number: int) -> HttpResponse:
    response["ETag"] = _etag(number)
    return response


def _etag(number: int) -> str:
    return f'"{number}"'


@api_endpoint("POST")
@installation_required
def verified(request: HttpRequest, installation: Installation) -> HttpResponse:
    """Note that a slot opened what the portal returned."""
    body = validation.members(body_of(request), "slot")
    slot = validation.uuid(body["slot"])
    slots.verify(installation=installation, slot=slot, origin=Origin(client_of(request)))
    return HttpResponse(status=204)


@api_endpoint("POST")
@installation_required
def undelete(request: HttpRequest, installation: Installation) -> HttpResponse:
    """Switch the backup on again."""
    with vaults.counted_act(installation):
        row = vaults.undelete(installation=installation, origin=Origin(client_of(request)))
    return JsonResponse({"vault": row.public_id, "epoch": row.epoch, "head": row.head})


@api_endpoint("POST")
@installation_required
def tag(request: HttpRequest, installation: Installation) -> HttpResponse:
    """Note what proves the key of a backup that was made before there were tags."""
    body = validation.members(body_of(request), "tag")
    slots.note_tag(installation=installation, digest=key_proofs.digest_in(body))
    return HttpResponse(status=204)
