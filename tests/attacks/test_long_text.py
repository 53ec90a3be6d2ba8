"""Sixty kB of text that is slow to normalise, in every field: refused before it is looked at."""

import gc
import json
import re
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.http import QueryDict
from django.test import Client

from accounts.contacts.normalization import email_key, password_form
from core.i18n import harmless, one_line
from tests.people import Person
from tests.phones import give_app
from tests.portal.alone import alone
from tests.portal.test_url_matrix import (  # noqa: F401 - two of them are fixtures
    TABLE,
    WRONG_METHOD,
    browser_of,
    ids,
    path_of,
    people,
)

Browsers = Callable[..., Client]
BYTES = 60_000
SLOW = {
    "marks": "a" + "\u0301\u0316" * (BYTES // 4),
    "hangul": "\u1112\u1161\u11ab" * (BYTES // 9),
    "ligatures": "\ufdfa" * (BYTES // 3),
    "isolates": "\u2066" * (BYTES // 6) + "\u2069" * (BYTES // 6),
    "nested": "[" * BYTES,
}
LONGEST = 1024  # characters: whatever is normalised is shorter than this
SECONDS = 0.2  # of the processor; what was tried took 4.6
ROOT = Path(__file__).resolve().parent.parent.parent


class Watch:
    """Sees what is normalised and which fields are read; both are done as ever."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.longest, self.read = 0, dict[str, None]()
        normalize = unicodedata.normalize

        def watched(form: Any, text: str) -> str:
            self.longest = max(self.longest, len(text))
            return normalize(form, text)

        monkeypatch.setattr(unicodedata, "normalize", watched)
        for name in ("__getitem__", "__contains__", "getlist"):
            monkeypatch.setattr(QueryDict, name, self._noting(getattr(QueryDict, name)))

    def _noting(self, method: Any) -> Any:
        def noted(query: QueryDict, key: str, *rest: Any) -> Any:
            self.read[key] = None
            return method(query, key, *rest)

        return noted

    @contextmanager
    def quick(self, what: str) -> Iterator[None]:
        """Hold what is done meanwhile to the limits."""
        gc.disable()  # what thousands of other tests left behind is not this request's
        self.longest, began = 0, time.process_time()
        try:
            yield
            took = time.process_time() - began
        finally:
            gc.enable()
        assert self.longest <= LONGEST, f"{what}: {self.longest} characters were normalised"
        assert took < SECONDS, f"{what} took {took:.2f} s"


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    return Watch(monkeypatch)


@pytest.mark.parametrize("role", ["anonymous", "half", "full"])
def test_no_field_of_a_form_is_normalised_before_it_is_bounded(
    people: dict[str, Person],  # noqa: F811 - the fixture
    ids: dict[str, dict[str, str]],  # noqa: F811 - the fixture
    new_client: Browsers,
    watch: Watch,
    subtests: pytest.Subtests,
    role: str,
) -> None:
    client, tried = browser_of(role, people, new_client), set[str]()
    taking = [name for name, row in TABLE.items() if row.post[role] != WRONG_METHOD]
    for name in taking:
        path = path_of(name, ids)
        watch.read.clear()
        with alone(client):
            client.post(path, {"x": "x"})
        fields = [field for field in watch.read if field not in ("csrfmiddlewaretoken", "x")]
        for field in fields:
            for kind, text in SLOW.items():
                with subtests.test(f"{name} {field} {kind}"), alone(client):
                    with watch.quick(f"{field} of {path}"):
                        answer = client.post(path, {**dict.fromkeys(fields, "x"), field: text})
                    assert answer.status_code < 500
            tried.add(field)
    assert {"email", "password", "next"} <= tried or role != "anonymous"
    assert {"name", "code", "new_password", "address"} <= tried or role != "full"


def members() -> list[str]:
    """Find the names of all members that calls of phones read."""
    sources = [
        *(ROOT / "devices" / "api").glob("*.py"),
        *(ROOT / "devices" / "backups").glob("*.py"),
    ]
    code = "".join(map(Path.read_text, sources))
    calls = re.findall(r"(?:members|_text)\(((?:[^()]|\([^()]*\))*)\)", code)
    return sorted({name for call in calls for name in re.findall(r'"(\w+)"', call)})


@pytest.mark.parametrize("is_linked", [False, True])
def test_no_member_of_a_call_is_normalised_before_it_is_bounded(
    alice: Person,
    ids: dict[str, dict[str, str]],  # noqa: F811 - the fixture
    client: Client,
    watch: Watch,
    subtests: pytest.Subtests,
    *,
    is_linked: bool,
) -> None:
    headers = {"Authorization": give_app(alice, Client()).authorization} if is_linked else {}
    names = members()
    assert {"name", "code", "device", "envelope", "slot"} <= set(names)
    calls = [name for name, row in TABLE.items() if name.startswith("api:")]
    for name in calls:
        send = partial(client.generic, "POST", path_of(name, ids), headers=headers)
        bodies = {
            f"{key} {kind}": {**dict.fromkeys(names, "x"), key: text}
            for key in ("name", "code", "device", "slot")
            for kind, text in SLOW.items()
        }
        raw = {key: json.dumps(body, ensure_ascii=False) for key, body in bodies.items()}
        raw |= {"nested lists": "[" * BYTES, "nested objects": '{"a":' * (BYTES // 5)}
        for what, body in raw.items():
            with subtests.test(f"{name} {what}"), alone(client):
                with watch.quick(f"{what} at {name}"):
                    answer = send(data=body.encode(), content_type="application/json")
                assert answer.status_code < 500


@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW)
@pytest.mark.parametrize("function", [email_key, password_form, one_line, harmless])
def test_what_normalises_bounds_by_itself(
    watch: Watch, function: Callable[[str], str], text: str
) -> None:
    with watch.quick(function.__name__):
        function(text)


def test_a_password_of_the_longest_kind_is_still_a_password() -> None:
    most = "é" * (settings.PASSWORD_MAX_BYTES // 2)
    assert password_form(unicodedata.normalize("NFD", most)) == most
