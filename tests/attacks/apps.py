"""The authenticator app in a story: what a thief does with a linked one, and how an owner's is.

A thief links an app in any session, and makes any call of docs/authenticator-api.md with its token,
in any order, with ids and numbers that are right. What the vault key is the thief doesn't know;
everything that the portal takes on trust is made up.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from secrets import token_bytes, token_hex
from typing import Any

from django.test import Client

from devices.api.http import fingerprint
from devices.models import Installation, Phone, Vault
from tests import lk1
from tests.attacks.pages import Form, Page
from tests.people import Person
from tests.phones import API, new_secret

Json = dict[str, Any]
Draw = Callable[[int], int]
CODE = re.compile(r"/authenticator/#(?:link|recover)/([0-9A-Z-]+)")
SHOWN_CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}(?:[ -][0-9A-HJKMNP-TV-Z]{4}){3}\b")
CLAIMED = 201
FORGOTTEN_AFTER = 11  # saves: one more than are kept because they are new
DOC = {"format": 1, "entries": [{"id": str(n), "issuer": n} for n in ("Mail", "Bank", "Shop")]}


@dataclass(frozen=True)
class AppOf:
    """A linked app: what its phone keeps; never changed, so that a story can go back to it."""

    id: str
    secret: str
    vault: lk1.Vault = field(default_factory=lk1.Vault)

    def call(self, client: Client, method: str, path: str, body: Any = None, **more: str) -> Any:
        """Call the portal as the phone would, from this browser."""
        headers = {"Authorization": f"Device {self.id}.{self.secret}", **more}
        content = b"" if body is None else json.dumps(body).encode()
        made = client.generic(method, API + path, content, "application/json", headers=headers)
        assert made.status_code < 500, (method, path, made.status_code)
        return made


@dataclass
class Hands:
    """What one call needs: the thief's browser, an app, the account, and dice."""

    client: Client
    app: AppOf
    victim: Person
    draw: Draw
    treasure: tuple[str, ...]
    found: bool = False

    def call(self, method: str, path: str, body: Any = None, **more: str) -> Any:
        """Make a call with the app's token, and look for what only a reader should get."""
        made = self.app.call(self.client, method, path, body, **more)
        text = made.content.decode()
        self.found = self.found or any(each in text for each in self.treasure)
        return made

    def one_of(self, rows: Any) -> Any:
        """Return one of these rows, None of none."""
        found = list(rows.order_by("pk")[:6])
        return found[self.draw(len(found))] if found else None

    @property
    def kept(self) -> Vault | None:
        """One of the backups of the account."""
        row: Vault | None = self.one_of(Vault.objects.filter(user=self.victim.user))
        return row

    def envelope(self, vault: Vault | None) -> Json:
        """Seal nothing at all as what follows the head; key and commitment are those it had."""
        if vault is None or self.draw(4) == 0:
            return lk1.seal_document(self.app.vault, DOC, device=self.app.id, epoch=1)
        head = vault.versions.get(number=vault.head).header
        known: Json = {"version": vault.head + 1, "base": vault.head, "epoch": vault.epoch}
        made = lk1.Vault(str(vault.public_id), head["key"])
        known |= {"commitment": head["commitment"], "device": self.app.id}
        return lk1.seal_document(made, DOC, **known)

    def slot(self) -> Json:
        """Seal a key that opens nothing, as the key of the backup that is on."""
        vault = self.kept
        known = vault.versions.get(number=vault.head).header["key"] if vault else self.app.vault.key
        made = lk1.Vault(str(vault.public_id) if vault else self.app.vault.id, known)
        if self.draw(2):
            return lk1.make_slot(made, "recovery-key", lk1.show_backup_key(token_bytes(20)))
        given = {name: lk1.spelled(token_bytes(32)) for name in ("credential", "salt")}
        return lk1.make_slot(made, "passkey", token_bytes(32), **given)


def beat(hands: Hands) -> Any:
    """Call in, and obey: a locked or erased phone of the thief's is no loss to anybody."""
    said = hands.call("POST", "heartbeat", {"unsaved": 0, "accounts": hands.draw(3)})
    for command in said.json().get("commands", []) if said.status_code == 200 else []:
        for word in ("lock", "locked", "opened", "done"):
            hands.call("POST", f"commands/{command['id']}/{word}")
    return said


def read(hands: Hands) -> Any:
    """Ask for everything that can be read."""
    vault = hands.kept
    paths = ["vault", "vault/slots", "vault/versions", "vault/versions/1", "vault/late", "work"]
    paths += ["restore/slots", "restore/offers", "password", "link"]
    if vault:
        paths += [f"restore/{vault.public_id}/versions{more}" for more in ("", "/1")]
    return [hands.call("GET", path) for path in paths]


def prove(hands: Hands) -> Any:
    """Guess at a key."""
    vault = hands.kept
    slot = hands.one_of(vault.slots.all()) if vault else None
    body = {"vault": str(vault.public_id) if vault else lk1.NOBODY, "tag": wrong()}
    return hands.call(
        "POST", "restore/prove", {**body, **({"slot": str(slot.public_id)} if slot else {})}
    )


def wrong() -> str:
    """What a tag looks like."""
    return lk1.spelled(token_bytes(32))


def take_over(hands: Hands) -> Any:
    """Become the phone that saves."""
    vault = hands.kept
    about = {"vault": str(vault.public_id), "head": vault.head} if vault else {}
    return hands.call("POST", "restore/complete", {"mode": "take-over", **about})


def make(hands: Hands) -> Any:
    """Make a backup of one's own, perhaps in the place of the one that is on."""
    own = lk1.Vault()
    slot = lk1.make_slot(own, "recovery-key", lk1.show_backup_key(token_bytes(20)))
    envelope = lk1.seal_document(own, DOC, device=hands.app.id, epoch=1)
    body = {"envelope": envelope, "accounts": 3, "slots": [slot], "tag": wrong()}
    return hands.call("POST", "vault", {**body, "freeze": bool(hands.draw(2))})


def save(hands: Hands) -> Any:
    """Save rubbish, once or so often that what was there before is no longer new."""
    answer = None
    for _each in range((1, FORGOTTEN_AFTER)[hands.draw(4) == 0]):
        vault = Vault.objects.filter(user=hands.victim.user, state=Vault.State.ON).first()
        body = {"envelope": hands.envelope(vault), "accounts": 1, "shrink": True}
        match = {"If-Match": f'"{vault.head if vault else 0}"', "Idempotency-Key": token_hex(8)}
        answer = hands.call("PUT", "vault/head", body, **match)
        if answer.status_code != CLAIMED:
            break
    return answer


def add_slot(hands: Hands) -> Any:
    """Add a way to open the backup, and say that it opened it."""
    slot = hands.slot()
    hands.call("PUT", f"vault/slots/{slot['id']}", slot)
    return hands.call("POST", "vault/verified", {"slot": slot["id"]})


def remove_slot(hands: Hands) -> Any:
    """Remove a way to open it."""
    vault = hands.kept
    slot = hands.one_of(vault.slots.all()) if vault else None
    return slot and hands.call("DELETE", f"vault/slots/{slot.public_id}")


def tamper(hands: Hands) -> Any:
    """Say of a slot or of the vault what proves its key, bring a removed slot back."""
    vault = hands.kept
    slot = hands.one_of(vault.slots.model.everything.filter(vault=vault)) if vault else None
    hands.call("POST", "vault/tag", {"tag": wrong()})
    if slot:
        hands.call("POST", f"vault/slots/{slot.public_id}/opened", {"tag": wrong()})
    return slot and hands.call("POST", f"vault/slots/{slot.public_id}/back")


def unpin(hands: Hands) -> Any:
    """Keep a version no longer."""
    return hands.call("POST", f"vault/versions/{1 + hands.draw(3)}/pin", {"pinned": False})


def leave_late(hands: Hands) -> Any:
    """Leave a change for the phone that saves, or delete those that others left."""
    vault = hands.kept
    if hands.draw(2):
        body = {"envelope": hands.envelope(vault), "accounts": 1}
        return hands.call("POST", "vault/late", body)
    app = hands.one_of(Installation.objects.filter(user=hands.victim.user))
    nonce = lk1.spelled(token_bytes(12))
    return hands.call("DELETE", f"vault/late/{app.public_id}", **{"If-Match": f'"{nonce}"'})


def ask_for_key(hands: Hands) -> Any:
    """Ask another phone for the key of the backup."""
    public = lk1.spelled(b"\x04" + token_bytes(64))
    return hands.call("POST", "transfers", {"public": public})


def switch(hands: Hands) -> Any:
    """Switch the backup off, or the one that was last switched off on again."""
    return hands.call(*[("DELETE", "vault"), ("POST", "vault/undelete")][hands.draw(3) == 0])


CALLS = (
    beat,
    read,
    read,
    prove,
    take_over,
    take_over,
    make,
    save,
    add_slot,
    remove_slot,
    tamper,
    unpin,
    leave_late,
    ask_for_key,
    switch,
    switch,
)


def link(somebody: Any, draw: Draw, known: AppOf | None = None) -> AppOf | None:
    """Link an app in this session, by its pages; one that is `known` only gets a grant."""
    phones = Phone.objects.filter(user=somebody.victim.user).order_by("pk")[:4]
    which = ["new", *(str(phone.public_id) for phone in phones)]
    path = ("/devices/app/", "/devices/app/recover/")[draw(2)]
    here = {"here": "1"} if draw(2) else {}
    form = Form(path, "post", {"phone": which[draw(len(which))], "name": "Mine", **here})
    page = somebody.note(somebody.walker.press(form, lambda _each: ""))
    if page.url.startswith("/confirm/"):
        somebody.prove(page)
        page = somebody.note(somebody.walker.press(form, lambda _each: ""))
    found = CODE.search(page.url) or SHOWN_CODE.search(page.text)
    return _claim(somebody, found[found.lastindex or 0], page, known) if found else None


def _claim(somebody: Any, code: str, page: Page, known: AppOf | None) -> AppOf | None:
    app = known or AppOf("", new_secret())
    body = {"code": code, "device": fingerprint(app.secret), "name": "Mine"}
    client: Client = somebody.client
    if known:
        answer = known.call(client, "POST", "link/claim", body)
    else:
        answer = client.post(f"{API}link/claim", json.dumps(body), "application/json")
    if answer.status_code != CLAIMED:
        return None
    said = answer.json()
    if said["status"] == "waiting":
        number = Form(page.url, "post", {"code": said["number"]})
        somebody.walker.press(number, lambda _each: "")
    return replace(app, id=said["installation"])


def link_an_app(thief: Any, draw: Draw) -> str:
    """Link one more app, or get a grant for the one that is linked."""
    again = draw(3) == 0
    app = link(thief, draw, thief.app if again else None)
    thief.app = app or thief.app
    return ("got a grant" if again else "linked an app") if app else "linked no app"


def call_by_app(thief: Any, draw: Draw) -> str:
    """Make one of the calls of the API, as a phone that is linked or was."""
    if thief.app is None:
        return link_an_app(thief, draw)
    hands = Hands(thief.client, thief.app, thief.victim, draw, thief.treasure)
    call = CALLS[draw(len(CALLS))]
    call(hands)
    thief.has_read = thief.has_read or hands.found
    return f"app: {call.__name__}"
