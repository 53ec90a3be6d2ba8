"""What somebody learns who reads everything but is no phone of the person."""

from secrets import token_bytes

import pytest
from django.test import Client
from django.urls import reverse

from accounts.authentication.proofs import Strength
from devices.models import KeyTransfer
from tests import lk1
from tests.attacks.tools import Seen
from tests.backups import Backup, give_backup
from tests.people import Person, enter
from tests.phones import give_app, grant

PLANTED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PAGES = ("account", "activity")  # of one account, for staff
DOC = {"format": 1, "entries": [{"issuer": "Sesame Bank", "label": "carol", "secret": PLANTED}]}


def plant(seen: Seen, backup: Backup) -> None:
    """Watch for everything that must never leave the phone."""
    key, shown = backup.vault.secret, backup.backup_key
    seen.secrets |= {
        "the key of the vault": key,
        "the key in hex": key.hex().encode(),
        "the key in base64url": lk1.spelled(key).encode(),
        "the backup key": shown.encode(),
        "the backup key, typed": shown.replace("-", "").encode(),
        "an account's secret": PLANTED.encode(),
        "an account's name": b"Sesame Bank",
        "what the phone shows": backup.app.secret.encode(),
    }


def life_of(backup: Backup, new: Backup) -> None:
    """Everything that two phones do with a backup, once."""
    envelope = {"envelope": backup.envelope(DOC), "accounts": 3}
    assert backup.send(envelope).status_code == 201
    for kind in ("passphrase", "passkey"):
        slot = backup.slot(kind)
        assert backup.app.put(f"vault/slots/{slot['id']}", slot).status_code == 204
    grant(new.app)
    public = lk1.spelled(b"\x04" + token_bytes(64))
    transfer = new.app.post("transfers", {"public": public}).json()["transfer"]
    sealed = {"nonce": lk1.spelled(token_bytes(12)), "sealed": lk1.spelled(token_bytes(48))}
    answer = {"public": public, **sealed, "vault": backup.vault.id, "key": backup.vault.key}
    assert backup.app.put(f"transfers/{transfer}", answer).status_code == 204
    asked = {"mode": "take-over", "vault": backup.vault.id, "head": 2}
    assert new.app.post("restore/complete", asked).status_code == 200
    late = {"envelope": backup.envelope(DOC), "accounts": 3}
    assert backup.app.post("vault/late", late).status_code == 201
    new.head, new.epoch = 2, 2
    assert new.send({"envelope": new.envelope(DOC), "accounts": 3}).status_code == 201


@pytest.fixture
def backup(carol: Person, client: Client, seen: Seen) -> Backup:
    """The backup of carol's phone, after everything that can happen to it."""
    backup = give_backup(carol, client)
    new = Backup(give_app(carol, client, "Pixel 10"), backup.vault, backup.backup_key)
    plant(seen, backup)
    plant(seen, new)
    life_of(backup, new)
    return new


def test_nothing_that_opens_a_backup_is_on_the_site(backup: Backup) -> None:
    """The rest is asked after each case: of every answer, row, message and line of the log."""
    head = backup.app.get("vault").json()["version"]["envelope"]
    assert lk1.open_envelope(backup.vault.secret, head) == DOC


def test_staff_see_nothing_of_what_is_sealed(backup: Backup, root: Person, client: Client) -> None:
    shown = backup.app.get("vault").json()
    sealed = [shown["version"]["envelope"]["ciphertext"][:40], shown["slots"][0]["sealed"]]
    sealed += [dict(row.answer or {})["sealed"] for row in KeyTransfer.objects.all()]
    enter(client, root, Strength.TWO_STEP)
    of_account = {"public_id": backup.app.installation.user.public_id}
    for path in ("/admin/", *(reverse(f"admin:{name}", kwargs=of_account) for name in PAGES)):
        answer = client.get(path, follow=True)
        assert answer.status_code == 200
        assert (path == "/admin/") or "Pixel 10" in answer.content.decode()
        assert not [text for text in sealed if text in answer.content.decode()], path


def test_a_page_of_the_portal_is_no_phone(backup: Backup, carol: Person, client: Client) -> None:
    """A session opens none of the phones' addresses, and a phone's word none of the pages."""
    enter(client, carol, Strength.PASSWORD)
    for path in ("vault", "vault/versions/1", "restore/offers", "vault/late"):
        assert client.get(f"/api/authenticator/v1/{path}").status_code == 401
    headers = {"Authorization": backup.app.authorization}
    client.logout()
    for path in ("/security/", "/devices/", "/admin/"):
        assert client.get(path, headers=headers).status_code == 302
