"""A thief with password and mailbox beside an owner with a phone and the backup key."""

import re
from collections.abc import Callable
from datetime import timedelta
from secrets import token_bytes

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from devices import housekeeping
from devices.api.http import digest_of, fingerprint
from devices.models import Installation, KeySlot, Phone, Vault, VaultVersion
from tests import lk1
from tests.accounts.helpers import is_in, mails_to, recover, type_password
from tests.attacks.test_thief_and_owner import LINK, link_in_mail_to
from tests.attacks.tools import reset, reset_path
from tests.backups import refusal
from tests.devices.test_api_heartbeat import BEAT
from tests.devices.test_key_proofs import Kept, take_over
from tests.links import press_not_me
from tests.people import Person
from tests.phones import API, App, give_app, new_secret

Browsers = Callable[..., Client]
SERVICES = ["Mail", "Bank", "Shop"]
GONE = (401, "unlinked")
DOC = {"format": 1, "entries": [{"id": str(n), "issuer": name} for n, name in enumerate(SERVICES)]}


@pytest.fixture
def backup(alice: Person, client: Client) -> Kept:
    """What the app on alice's phone has saved: three accounts."""
    app = give_app(alice, client, "Pixel 8", phone=alice.phone, accounts=len(SERVICES))
    backup = Kept(app).make_provable()
    body = {"envelope": backup.envelope(DOC), "accounts": len(SERVICES), "shrink": True}
    assert backup.send(body).status_code == 201
    return backup


def link(browser: Client, **form: str) -> App:
    """Link an app in this browser, as the pages and the app do."""
    page = browser.post("/devices/app/", {"here": "1", **form})["Location"]
    code, secret = re.sub(r".*/", "", page), new_secret()
    body = {"code": code, "device": fingerprint(secret), "name": "x"}
    answer = browser.post(f"{API}link/claim", body, content_type="application/json")
    assert answer.json()["status"] == "linked", answer.content
    return App(Installation.objects.get(digest=digest_of(fingerprint(secret))), secret, browser)


def tries_everything(app: App, backup: Kept) -> None:
    """Ask for all that a linked app can ask for; nothing is read, and nothing goes."""
    vault, slot = backup.vault.id, backup.slots[0]["id"]
    assert app.get("restore/slots").status_code == 200
    for path in ("restore/offers", "vault", f"restore/{vault}/versions/1", "vault/slots"):
        assert app.get(path).status_code == 403, path
    for _each in range(settings.KEY_PROOFS_A_PHONE):
        answer = backup.prove(app, tag=lk1.spelled(token_bytes(32)))
        assert refusal(answer) == (403, "proof_wrong")
    assert refusal(backup.prove(app)) == (429, "too_many"), "not even the right key now"
    assert take_over(app, backup).status_code == 403
    assert app.delete(f"vault/slots/{slot}").status_code >= 400
    assert app.delete("vault").status_code >= 400
    own = Kept(app)
    assert own.make(freeze=True).status_code == 403
    assert own.make().status_code == 409


def is_whole(person: Person, backup: Kept) -> None:
    """Expect every account in the backup, opened with the backup key alone, and every key."""
    row = Vault.objects.get(user=person.user)
    assert row.state == Vault.State.ON
    assert KeySlot.objects.filter(vault=row).count() == len(backup.slots)
    head = VaultVersion.objects.get(vault=row, number=row.head)
    sealed = {**head.header, "ciphertext": lk1.spelled(bytes(head.ciphertext))}
    slot = row.slots.get(kind="recovery-key")
    known = {name: getattr(slot, name) for name in ("kind", "key", "params", "nonce", "sealed")}
    sent = {"id": str(slot.public_id), **known}
    secret = lk1.open_slot(sent, backup.vault.id, backup.backup_key)
    doc = lk1.open_envelope(secret, sealed)
    assert [entry["issuer"] for entry in doc["entries"]] == SERVICES


@pytest.mark.parametrize("notice", ["a phone was unlinked\n", "a phone locked its accounts\n"])
def test_the_owner_of_the_phone_follows_one_notice_and_has_every_code(
    alice: Person,
    backup: Kept,
    new_client: Browsers,
    clock: time_machine.Traveller,
    notice: str,
) -> None:
    thief = new_client()
    recover(thief, alice)
    own = link(thief, phone="new", name="Thief")
    tries_everything(own, backup)
    over = link(thief, phone=str(alice.phone.public_id))
    assert backup.app.post("heartbeat", BEAT).json()["suspended"]
    tries_everything(over, backup)
    phone = alice.phone
    thief.post("/devices/lost/", {"phone": str(phone.public_id), "wipe": "1"})
    (order,) = backup.app.post("heartbeat", BEAT).json()["commands"]
    assert order["kind"] == "lock"
    path = f"commands/{order['id']}"
    secret = backup.app.post(f"{path}/lock").json()["secret"]
    assert backup.app.post(f"{path}/locked").status_code == 204

    clock.shift(timedelta(hours=3))
    press_not_me(new_client(), link_in_mail_to(alice.address, notice))
    assert not is_in(thief)
    for app in (own, over):
        assert app.post("heartbeat", BEAT).json()["status"] == "unlinked"
        assert refusal(app.get("restore/slots")) == GONE
    (order,) = backup.app.post("heartbeat", BEAT).json()["commands"]
    assert (order["kind"], order["secret"]) == ("open", secret)
    assert backup.app.post(f"{path}/opened").status_code == 204
    is_whole(alice, backup)

    owner = new_client()
    reset(owner, reset_path(owner, alice))
    clock.shift(settings.RECOVERY_HOLD + timedelta(hours=1))
    housekeeping.run()
    said = backup.app.post("heartbeat", BEAT).json()
    assert (said["status"], said["suspended"], said["commands"]) == ("active", False, [])
    body = {"envelope": backup.envelope(DOC), "accounts": len(SERVICES)}
    assert backup.send(body).status_code == 201
    is_whole(alice, backup)
    assert not Phone.objects.filter(user=alice.user, name="Thief").exists()
    thief = new_client()
    type_password(thief, alice)
    assert not is_in(thief)


def test_the_owner_of_the_key_is_quicker_than_the_thief_and_has_every_code(
    alice: Person, backup: Kept, new_client: Browsers, clock: time_machine.Traveller
) -> None:
    """The phone is lost for good: a saved code, a new phone and the backup key."""
    thief = new_client()
    recover(thief, alice)
    own = link(thief, phone="new", name="Thief")
    tries_everything(own, backup)
    clock.shift(timedelta(hours=2))

    owner = new_client()
    type_password(owner, alice)
    owner.post("/sign-in/recovery-code/", {"code": alice.codes[0]})
    new = link(owner, phone="new", name="Pixel 9")
    assert backup.prove(new).status_code == 200
    (offer,) = new.get("restore/offers").json()["vaults"]
    secret = lk1.open_slot(offer["slots"][0], backup.vault.id, backup.backup_key)
    version = new.get(f"restore/{backup.vault.id}/versions/{offer['head']}").json()
    doc = lk1.open_envelope(secret, version["envelope"])
    assert [entry["issuer"] for entry in doc["entries"]] == SERVICES
    epoch = take_over(new, backup).json()["epoch"]

    assert new.post("heartbeat", BEAT).json()["status"] == "active"

    mails = [text for text in mails_to(alice.address) if "authenticator app on a phone" in text]
    of_the_thief = next(text for text in mails if "Thief" in text)
    (path,) = LINK.findall(of_the_thief)
    press_not_me(new_client(), path)
    assert own.post("heartbeat", BEAT).json()["status"] == "unlinked"
    assert refusal(own.get("restore/slots")) == GONE
    assert new.post("heartbeat", BEAT).json()["status"] == "active"
    taken = Kept(new, backup.vault, backup.backup_key, backup.head, epoch, backup.slots)
    body = {"envelope": taken.envelope(DOC), "accounts": len(SERVICES)}
    assert taken.send(body).status_code == 201
    is_whole(alice, backup)
    clock.shift(settings.RECOVERY_HOLD + timedelta(hours=1))
    housekeeping.run()
    assert (
        taken.send({"envelope": taken.envelope(DOC), "accounts": len(SERVICES)}).status_code == 201
    )
    is_whole(alice, backup)


def test_following_the_notice_of_what_the_app_did_unlinks_the_app(
    alice: Person, backup: Kept, new_client: Browsers
) -> None:
    """Also a thief who has the backup key, and took over with it."""
    thief = new_client()
    recover(thief, alice)
    own = link(thief, phone="new", name="Thief")
    assert backup.prove(own).status_code == 200
    assert take_over(own, backup).status_code == 200
    press_not_me(new_client(), link_in_mail_to(alice.address, "took over"))
    assert not is_in(thief)
    assert own.post("heartbeat", BEAT).json()["status"] == "unlinked"
    assert not Phone.objects.filter(user=alice.user, name="Thief").exists()
    is_whole(alice, backup)
