"""Every page that a member of staff can reach by links, and no secret of the database on any.

Secrets are not listed by hand: they are the values of all columns whose names say so, of every
table, as text, hexadecimal and base64.
"""

import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts import organisation_policy
from accounts.authentication.factors import sent_codes
from accounts.authentication.proofs import Strength
from accounts.links import invitations
from accounts.models import CaseState, OneTimeLink, Role
from accounts.recovery_cases.ending import LINK
from core.outbox.models import Message
from core.web.http import RequestOrigin
from tests.attacks.test_staff import EVERYBODY, pages
from tests.cases import give_case
from tests.contacts import give_contact
from tests.people import Person, enter, give_number, give_passkey, make_person, protected, trust
from tests.phones import give_app
from tests.work import make_organisation

SECRET = re.compile(
    r"hash|digest|sealed|secret|password$|token|session_key|public_key|binding$|^key$"
)
LEAST = 12  # characters; shorter ones are words of a page, too
LINK_TO = re.compile(r'(?:href|action)="(/(?:admin|organisation)/[^"#]*)')
MOST = 400  # pages


def written(value: Any) -> Iterator[str]:
    """Return how a page could show a value."""
    if isinstance(value, memoryview | bytes):
        raw = bytes(value)
        yield from (raw.hex(), b64encode(raw).decode(), urlsafe_b64encode(raw).decode().rstrip("="))
    elif isinstance(value, str):
        yield value


def secrets() -> dict[str, str]:
    """Return every secret that is in the database, and the column that has it."""
    found: dict[str, str] = {}
    for model in apps.get_models():
        names = [field.name for field in model._meta.concrete_fields if SECRET.search(field.name)]
        for row in model._default_manager.values(*names) if names else []:
            for name, value in row.items():
                for text in written(value):
                    if len(text) >= LEAST and "@" not in text:
                        found[text] = f"{model._meta.label}.{name}"
    return found


@pytest.fixture
def planted(alice: Person, bob: Person) -> list[str]:
    """Give alice everything that holds a secret, and return what only she, or nobody, may see."""
    give_passkey(alice)
    trust(Client(), alice)
    give_app(alice, Client(), phone=alice.phone)
    enter(Client(), alice, Strength.TWO_STEP)
    give_contact(alice, bob)
    case = give_case(
        alice,
        key="c0ffee" * 10,
        state=CaseState.APPROVED,
        approved_at=timezone.now(),
        expires_at=timezone.now() + timedelta(days=7),
    )
    token = OneTimeLink.make(alice.user, LINK, settings.RECOVERY_CASE_LINK_AGE).draw()
    delivery = sent_codes.Delivery("email", alice.address)
    client = RequestOrigin("192.0.2.7", "")
    sent_codes.send(delivery, user=alice.user, purpose="confirm", binding="b" * 32, client=client)
    invitations.invite(actor=None, address="invited@elsewhere.example")
    assert Message.objects.exists()
    return [token, str(case.key), *alice.codes, alice.authenticator.secret.hex()]


def crawl(client: Client, start: list[str]) -> Iterator[tuple[str, str]]:
    """Follow every link and form of the staff site, and return each address with its page."""
    waiting, seen = list(start), set(start)
    while waiting:
        path = waiting.pop()
        answer = client.get(path)
        assert answer.status_code < 500, path
        page = answer.getvalue().decode(errors="replace")
        yield path, page
        for found in map(unescape, LINK_TO.findall(page)):
            if found not in seen and len(seen) < MOST:
                seen.add(found)
                waiting.append(found)


@pytest.mark.parametrize("role", [role for role in Role if role])
def test_no_page_that_a_role_can_reach_has_a_secret(
    client: Client, alice: Person, planted: list[str], role: Role
) -> None:
    enter(client, protected("colleague", role=role), Strength.TWO_STEP)
    start = [*EVERYBODY, *pages(alice).values(), f"{LIST}?q={alice.address}"]
    kinds = secrets()
    assert len(set(kinds.values())) > KINDS_AT_LEAST
    visited = 0
    for path, page in crawl(client, start):
        visited += 1
        shown = [kinds[text] for text in kinds if text in page]
        assert not shown, f"{path}: {shown}"
        assert not [text for text in planted if text in page], path
    assert visited > len(start)


def test_a_manager_reaches_their_own_people_and_no_secret(
    client: Client, alice: Person, bob: Person, planted: list[str]
) -> None:
    """Nor a device, a number or the activity of theirs, nor anybody of another organisation."""
    firm, other = make_organisation("Example Ltd"), make_organisation("Other & Co")
    manager, stranger = protected("manager"), make_person("stranger")
    for user, where in ((alice.user, firm), (manager.user, firm), (stranger.user, other)):
        organisation_policy.join(user, where)
    organisation_policy.set_manager(manager.user, firm, is_manager=True)
    enter(client, manager, Strength.TWO_STEP)
    number = give_number(alice)
    home = f"/organisation/{firm.public_id}/"
    start = [
        "/organisation/",
        *(home + rest for rest in ("", "?state=not-ready", "requests/", "invitations/")),
        f"{home}invitations/list/",
        f"{home}people/{alice.user.public_id}/word/",
        f"{home}people/{stranger.user.public_id}/word/",
        f"/organisation/{other.public_id}/",
        *EVERYBODY,
    ]
    kinds, private = secrets(), [str(number), alice.phone.name, stranger.address, "192.0.2."]
    private += [bob.address, "invited@elsewhere.example"]
    pages_seen = [(path, page) for path, page in crawl(client, start) if path not in EVERYBODY]
    assert any(str(alice.user.public_id) in page for _path, page in pages_seen)
    for path, page in pages_seen:
        assert not [kinds[text] for text in kinds if text in page], path
        plain = page.replace("<wbr>", "")
        assert not [text for text in [*planted, *private] if text in plain], path


LIST = "/admin/accounts/"
KINDS_AT_LEAST = 12
