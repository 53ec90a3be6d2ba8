"""The table of docs/threats.md that says which session may begin an act, and what is asked first.

Each cell is asked of the site: the form is posted in a session of that level, with ids of nothing,
and the answer is either the act's own or leads to the proof that is missing.
"""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.authentication.proofs import Strength
from tests.attacks.test_threat_table import ACTS, DOCUMENT
from tests.attacks.url_map import patterns
from tests.people import Person, enter, give_passkey, give_phone

TITLE = "\n## Which session may begin an act\n"
LEVELS: dict[str, tuple[str, Strength]] = {
    "password": ("carol", Strength.PASSWORD),
    "password + mailbox": ("carol", Strength.RECOVERED),
    "recovered": ("alice", Strength.RECOVERED),
    "two-step": ("alice", Strength.TWO_STEP),
}
"""The columns, and who is in such a session: carol has two-step verification off."""
ASKED = {
    "mailbox": "a code by e-mail",
    "two-step": "a strong step",
    "authenticator": "the authenticator",
}
"""What the page behind an act asks for, as its address names it, and as the table does."""
PROVED_OTHERWISE = {
    "accounts:recover",
    "accounts:recover_code",
    "accounts:recover_link",
    "accounts:case_mailbox",
    "accounts:case_mailbox_code",
    "accounts:stop_case",
    "accounts:case_new_password",
    "accounts:case_new_password_link",
    "accounts:confirm_contact",
    "accounts:reset_password",
    "accounts:reset_link",
    "accounts:reset_new",
    "accounts:not_me",
    "accounts:sign_out",
    "devices:confirm_phone",
    "devices:confirm_app",
    "devices:take_back_own",
    "devices:dispute",
}
"""What a link or a code proves, which belongs to the act itself, or ends only this session."""


def cells() -> list[tuple[str, str, str]]:
    """Act (the name of its address), level and what stands in the cell."""
    part = DOCUMENT.read_text(encoding="utf-8").partition(TITLE)[2].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert rows[0][2:] == list(LEVELS)
    return [
        (row[1].strip("`"), level, cell)
        for row in rows[1:]
        for level, cell in zip(LEVELS, row[2:], strict=True)
    ]


def path_of(name: str) -> str:
    """Return the address of an act, with the id of nothing."""
    keys = dict(patterns())[name]
    values = {"public_id": uuid4(), "slug": "email"}
    return reverse(name, kwargs={key: values[key] for key in keys})


def asked(client: Client, name: str) -> str:
    """Post the form of an act; say what is asked first, or "yes"."""
    place = urlsplit(client.post(path_of(name)).headers.get("Location", ""))
    if place.path != "/confirm/":
        return "yes"
    return ASKED[parse_qs(place.query)["for"][0]]


@pytest.mark.parametrize(("name", "level", "cell"), cells())
def test_a_session_of_this_level_is_asked_what_the_table_says(
    new_client: Callable[..., Client],
    alice: Person,
    carol: Person,
    name: str,
    level: str,
    cell: str,
) -> None:
    give_phone(carol)
    who, strength = LEVELS[level]
    person = {"alice": alice, "carol": carol}[who]
    give_passkey(person)
    assert asked(enter(new_client(), person, strength), name) == cell


def test_every_act_of_a_person_by_a_page_is_in_the_table() -> None:
    listed = {name for name, _level, _cell in cells()}
    acts = {each for names in ACTS.values() for each in names}
    others = ("api:", "admin:", "organisation:")  # each room of these has a guard of its own
    pages = {each for each in acts if not each.startswith(others)}
    assert pages - listed == PROVED_OTHERWISE
