"""The admin of a plain Django project with the rows of ours: what an operator would have else.

`tests.benchmarks.staff` runs it in a process of its own. It is given what to look for as JSON on
the standard input, and prints the milliseconds of each page as JSON.
"""

import json
import os
import sys
from typing import Any
from urllib.parse import quote

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.plain_settings"

import django

django.setup()

import psycopg
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client

from tests.benchmarks.pages import medians
from tests.benchmarks.plain_settings import NAME, SITE

OURS = """COPY (SELECT id, password, false, email, split_part(name, ' ', 1),
    substr(name, strpos(name, ' ') + 1), email, is_staff, is_active, date_joined
    FROM accounts_user) TO STDOUT"""
THEIRS = """COPY auth_user (id, password, is_superuser, username, first_name, last_name, email,
    is_staff, is_active, date_joined) FROM STDIN"""
LIST = "/admin/auth/user/"


def _connect(name: str) -> psycopg.Connection[Any]:
    given = {"host": SITE["HOST"], "port": SITE["PORT"], "user": SITE["USER"]}
    known = {key: value for key, value in given.items() if value}
    return psycopg.connect(dbname=name, password=SITE["PASSWORD"] or None, autocommit=True, **known)


def copy_rows() -> None:
    """Make the database, fresh, and bring every account over."""
    with _connect(SITE["NAME"]) as site:
        site.execute(f"DROP DATABASE IF EXISTS {NAME}")
        site.execute(f"CREATE DATABASE {NAME}")
    call_command("migrate", verbosity=0)
    with _connect(SITE["NAME"]) as site, _connect(NAME) as plain:
        with site.cursor().copy(OURS) as out, plain.cursor().copy(THEIRS) as into:
            for block in out:
                into.write(block)
        plain.execute("SELECT setval('auth_user_id_seq', (SELECT max(id) FROM auth_user))")
        plain.execute("ANALYZE")


def main() -> None:
    """Measure what the site is measured by."""
    asked = json.load(sys.stdin)
    copy_rows()
    people: Any = get_user_model()._default_manager
    client = Client()
    client.force_login(people.create_superuser("boss", "boss@latchkey.example", "unused"))
    addresses = asked["addresses"]
    pages = {
        "first page": [LIST] * len(addresses),
        "by the beginning": [f"{LIST}?q={quote(each[:9])}" for each in addresses],
        "by the address": [f"{LIST}?q={quote(each)}" for each in addresses],
        "by the name": [f"{LIST}?q={quote(each)}" for each in asked["names"]],
        "account": [f"{LIST}{key}/change/" for key in asked["keys"]],
    }
    json.dump(medians(client, pages), sys.stdout)


if __name__ == "__main__":
    main()
