"""One key for each mailbox: internationalised domains and quoted mailboxes are compared anew.

Two accounts that turn out to have one mailbox are named, with what to do, and stay as they are:
nobody but their operator can tell which of them is whose.
"""

import sys
from typing import Any

from django.db import migrations

from core.addresses import in_letters, key_of

COLLISION = """
  {table}: {address} (row {pk}) reaches the same mailbox as row {taken}.
  It was left as it is, and only row {taken} signs in with it: give one of them another address.
"""


def compare_anew(apps: Any, schema_editor: Any) -> None:
    users = apps.get_model("accounts", "User").objects
    for pk, address, key in users.values_list("pk", "email", "email_key").iterator():
        renew(users.exclude(pk=pk), pk, ("email", address), ("email_key", key))
    addresses = apps.get_model("accounts", "EmailAddress").objects
    verified = addresses.filter(verified_at__isnull=False)
    rows = addresses.values_list("pk", "address", "key", "user_id", "verified_at")
    for pk, address, key, user_id, verified_at in rows.iterator():
        own = addresses.filter(user_id=user_id)
        others = (own | verified if verified_at else own).exclude(pk=pk)
        renew(others, pk, ("address", address), ("key", key))


def renew(others: Any, pk: int, written: tuple[str, str], key: tuple[str, str]) -> None:
    """Write one row's address in letters, and its key, unless another row has that key."""
    fresh = {written[0]: in_letters(written[1]), key[0]: key_of(written[1])}
    if (fresh[written[0]], fresh[key[0]]) == (written[1], key[1]):
        return
    taken = others.filter(**{key[0]: fresh[key[0]]}).values_list("pk", flat=True).first()
    if taken is None:
        others.model._default_manager.filter(pk=pk).update(**fresh)
        return
    table = others.model._meta.db_table
    told = COLLISION.format(table=table, address=written[1], pk=pk, taken=taken)
    sys.stdout.write(told)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0013_bindings")]
    operations = [migrations.RunPython(compare_anew, migrations.RunPython.noop, elidable=True)]
