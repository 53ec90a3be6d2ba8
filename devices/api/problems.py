"""Refusals as problem details (RFC 9457): a sentence for the person, a code for the app."""

from typing import Any

from django.http import JsonResponse

from core.durations import in_words
from core.i18n import Text
from core.i18n import gettext as _
from core.limits.counters import LimitReached
from devices.backups.errors import Refused

CONTENT_TYPE = "application/problem+json"
STATUS = {  # of what a use case refuses; what a call alone can refuse says it itself
    "active_phone": 409,
    "backup_off": 409,
    "grant_needed": 403,
    "grant_not_yet": 403,
    "held": 403,
    "if_match_needed": 428,
    "key_reused": 409,
    "last_slot": 409,
    "late_changed": 412,
    "late_unknown": 404,
    "malformed": 422,
    "no_tag": 409,
    "no_vault": 404,
    "not_active_phone": 409,
    "other_device": 409,
    "other_key": 409,
    "nothing_to_lock": 409,
    "pin_stays": 409,
    "proof_wrong": 403,
    "shrink_needs_confirmation": 409,
    "slot_exists": 409,
    "slot_needed": 409,
    "slot_unknown": 404,
    "stale_epoch": 409,
    "stale_head": 412,
    "suspended": 403,
    "too_large": 413,
    "too_many_pins": 409,
    "too_many_slots": 409,
    "too_many_vaults": 409,
    "transfer_unknown": 404,
    "unknown_phone": 401,
    "unlinked": 401,
    "vault_exists": 409,
    "vault_full": 507,
    "version_unknown": 404,
}


class Problem(Refused):
    """A refusal of the call itself, with its status."""

    def __init__(self, status: int, code: str, title: Text, **more: Any) -> None:
        super().__init__(code, title, **more)
        self.status = status


def response_to(refused: Refused) -> JsonResponse:
    """Put a refusal into words for the wire."""
    status = refused.status if isinstance(refused, Problem) else STATUS[refused.code]
    body = {
        "type": "about:blank",
        "title": str(refused.title),
        "status": status,
        "code": refused.code,
    }
    return JsonResponse({**body, **refused.more}, status=status, content_type=CONTENT_TYPE)


def too_many(limit: LimitReached) -> JsonResponse:
    """Answer too many tries, with the seconds to wait in `Retry-After` and in words."""
    words = _("Too many attempts. Wait %(time)s and try again.")
    title = words % {"time": in_words(limit.seconds)}
    return limit.mark(response_to(Problem(429, "too_many", title, wait=limit.seconds)))


def not_now() -> JsonResponse:
    """Answer what cannot be read now, for a reason of the portal's own."""
    response = response_to(Problem(503, "not_now", _("The portal is busy. Try again in a minute.")))
    response["Retry-After"] = "60"
    return response
