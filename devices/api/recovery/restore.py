"""Recovery on a phone that was given a grant in the portal."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from accounts.activity.origin import Origin
from core.web.http import client_of
from devices.api.http import api_endpoint, body_of, installation_required
from devices.backups import validation
from devices.backups.access import key_proofs, recovery
from devices.backups.storage import vaults
from devices.models import Installation


@api_endpoint("GET")
@installation_required
def offers(request: HttpRequest, installation: Installation) -> HttpResponse:
    """Show what could be opened."""
    return JsonResponse(recovery.offers(installation))


@api_endpoint("GET")
@installation_required
def slots(request: HttpRequest, installation: Installation) -> HttpResponse:
    """Show what it takes to prove a key, also while the grant waits."""
    return JsonResponse(recovery.to_prove(installation))


@api_endpoint("POST")
@installation_required
def prove(request: HttpRequest, installation: Installation) -> HttpResponse:
    """Judge what is derived from a key of a backup."""
    body = validation.members(body_of(request), "vault", "tag", optional=("slot",))
    slot = validation.uuid(body["slot"]) if "slot" in body else None
    until = key_proofs.prove(
        installation=installation,
        vault=validation.uuid(body["vault"]),
        slot=slot,
        digest=key_proofs.digest_in(body),
        origin=Origin(client_of(request)),
    )
    return JsonResponse({"until": until})


@api_endpoint("POST")
@installation_required
def complete(request: HttpRequest, installation: Installation) -> HttpResponse:
    """Take the backup over, or note that it was only looked at."""
    body = validation.members(body_of(request), "mode", "vault", "head")
    mode = validation.word(body["mode"], "take-over|view")
    vault, head = validation.uuid(body["vault"]), validation.count(body["head"], least=1)
    about: dict[str, Any] = {"vault": vault, "origin": Origin(client_of(request))}
    with vaults.counted_act(installation):
        if mode == "view":
            done = recovery.view(installation=installation, **about)
        else:
            done = recovery.take_over(installation=installation, head=head, **about)
    return JsonResponse(asdict(done))
