"""Refusals as problem details (RFC 9457): a sentence for the person, a code for the app."""

from typing import Any

from django.http import JsonResponse

from accounts.ways import Text
from portal.limits import LimitReached

CONTENT_TYPE = "application/problem+json"


class Problem(Exception):
    """A refusal; `more` are members that docs/authenticator-api.md names for its code."""

    def __init__(self, status: int, code: str, title: Text, **more: Any) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.title = title
        self.more = more

    def response(self) -> JsonResponse:
        """Put it into words for the wire."""
        body = {
            "type": "about:blank",
            "title": str(self.title),
            "status": self.status,
            "code": self.code,
        }
        return JsonResponse({**body, **self.more}, status=self.status, content_type=CONTENT_TYPE)


def too_many(limit: LimitReached, title: Text) -> JsonResponse:
    """Answer too many tries, with the seconds to wait in `Retry-After`."""
    response = Problem(429, "too_many", title, wait=limit.seconds).response()
    response["Retry-After"] = str(limit.seconds)
    return response
