"""`make bench-staff`: the pages of staff with many accounts, beside the admin of a plain project.

At each size the same rows stand in both databases of one PostgreSQL server. The figures are what
one request takes in the server's process, without a network; the slowest of two sizes tells whether
a page costs more with more accounts.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django

django.setup()

from django.conf import settings
from django.core.management import call_command
from django.test import Client

from accounts.authentication.proofs import Strength
from accounts.models import EmailAddress, Organisation, PhoneNumber, Role, User
from portal.populating.fill import fill
from tests.benchmarks.pages import medians
from tests.people import Person, enter, protected

LIST = "/admin/accounts/"
SAMPLES = 40
TARGETS = {  # milliseconds
    "first page": 30,
    "by the beginning": 30,
    "by the address": 15,
    "by another address": 15,
    "by the number": 15,
    "by the name": 15,
    "by the domain": 15,
    "by the organisation": 15,
    "account": 50,
    "log of staff": 30,
}


@dataclass(frozen=True)
class Sample:
    """Accounts drawn from all, and what they are looked for by."""

    keys: list[int]
    ids: list[str]
    addresses: list[str]
    names: list[str]
    others: list[str]
    numbers: list[str]


def main() -> None:
    """Measure at each size, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[200_000, 1_000_000])
    sizes = sorted(parser.parse_args().sizes)
    call_command("migrate", verbosity=0)
    settings.ALLOWED_HOSTS.append("testserver")
    officer = protected("officer", role=Role.RECOVERY_OFFICER)
    ours, theirs = [], []
    for size in sizes:
        missing = size - User.objects.count()
        fill(missing, seed=size, show=partial(_progress, missing))
        sample = draw()
        ours.append(measure(officer, sample))
        theirs.append(measure_plain(sample))
    _print(sizes, ours, theirs)


def _progress(count: int, done: int) -> None:
    print(f"\r{100 * done // count:3d} % of {count} accounts", end="", file=sys.stderr, flush=True)


def draw() -> Sample:
    """Draw accounts from all of them, the same ones each time."""
    last = User.objects.order_by("-pk").values_list("pk", flat=True)[0]
    drawn = Random(1).sample(range(last // 100, last), 4 * SAMPLES)  # no secret
    found = list(User.objects.filter(pk__in=drawn, name__gt="").order_by("pk")[:SAMPLES])
    keys = [user.pk for user in found]
    others = EmailAddress.objects.filter(address__endswith="@second.example", user__in=drawn)
    numbers = PhoneNumber.objects.filter(user__in=drawn)
    return Sample(
        keys,
        [str(user.public_id) for user in found],
        [user.email for user in found],
        [user.name for user in found],
        list(others.values_list("address", flat=True)[:SAMPLES]),
        [str(row.number) for row in numbers[:SAMPLES]],
    )


def measure(officer: Person, sample: Sample) -> dict[str, float]:
    """Measure the site."""
    client = Client()
    enter(client, officer, Strength.TWO_STEP)

    firms = list(Organisation.objects.values_list("name", flat=True)[:4])

    def search(terms: Sequence[str]) -> list[str]:
        return [f"{LIST}?q={term.replace('+', '%2B')}" for term in terms]

    pages = {
        "first page": [LIST] * SAMPLES,
        "by the beginning": search([address[:9] for address in sample.addresses]),
        "by the address": search(sample.addresses),
        "by another address": search(sample.others),
        "by the number": search(sample.numbers),
        "by the name": search(sample.names),
        "by the domain": search(["@second.example", "@nobody.example"] * (SAMPLES // 2)),
        "by the organisation": search(firms * (SAMPLES // len(firms))),
        "account": [f"{LIST}{public_id}/" for public_id in sample.ids],
        "log of staff": ["/admin/log/"] * SAMPLES,
    }
    return medians(client, pages)


def measure_plain(sample: Sample) -> dict[str, float]:
    """Measure the plain project with the same rows."""
    asked = {
        "addresses": sample.addresses,
        "names": sample.names,
        "keys": sample.keys,
    }
    command = [sys.executable, "-m", "tests.benchmarks.plain_admin"]
    given = json.dumps(asked)
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _print(
    sizes: Sequence[int],
    ours: Sequence[dict[str, float]],
    theirs: Sequence[dict[str, float]],
) -> None:
    print("\nmilliseconds a page, in the server's process, the median of", SAMPLES)
    print(f"{'':22}" + "".join(f"{size:>12,}" for size in sizes) + "   target   plain admin")
    for name, target in TARGETS.items():
        row = "".join(f"{figures[name]:12.1f}" for figures in ours)
        plain = ", ".join(f"{each[name]:.0f}" if name in each else "–" for each in theirs)
        print(f"{name:22}{row}{target:9d}   {plain}")


if __name__ == "__main__":
    main()
