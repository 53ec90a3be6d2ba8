"""Recovery on a phone that was given leave in the portal."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from core.http import client_of
from devices.api.http import body_of, call, of_phone
from devices.backups import key_proofs, reading, restoring, vaults
from devices.models import Installation


@call("GET")
@of_phone
def offers(request: HttpRequest, installation: Installation) -> HttpResponse:
    """Show what could be opened."""
    return JsonResponse(restoring.offers(installation))


@call("GET")
@of_phone
def slots(request: HttpRequest, installation: Installation) -> HttpResponse:
    """Show what it takes to prove a key, also while leave waits."""
    return JsonResponse(restoring.to_prove(installation))


@call("POST")
@of_phone
def prove(request: HttpRequest, installation: Installation) -> HttpResponse:
    """Judge what is derived from a key of a backup."""
    body = reading.members(body_of(request), "vault", "tag", optional=("slot",))
    slot = reading.uuid(body["slot"]) if "slot" in body else None
    until = key_proofs.prove(
        installation=installation,
        vault=reading.uuid(body["vault"]),
        slot=slot,
        digest=key_proofs.digest_in(body),
        client=client_of(request),
    )
    return JsonResponse({"until": until})


@call("POST")
@of_phone
def complete(request: HttpRequest, installation: Installation) -> HttpResponse:
    """Take the backup over, or note that it was only looked at."""
    body = reading.members(body_of(request), "mode", "vault", "head")
    mode = reading.word(body["mode"], "take-over|view")
    vault, head = reading.uuid(body["vault"]), reading.count(body["head"], least=1)
    about: dict[str, Any] = {"vault": vault, "client": client_of(request)}
    with vaults.counted_act(installation):
        if mode == "view":
            done = restoring.view(installation=installation, **about)
        else:
            done = restoring.take_over(installation=installation, head=head, **about)
    return JsonResponse(asdict(done))
