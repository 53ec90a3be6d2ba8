"""Make the file that `LEAKED_PASSWORDS` names."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.passwords import leaked

DIGITS = 40  # of a SHA-1 digest


class Command(BaseCommand):
    """Reads lines `SHA-1[:count]` in the order of the digests, as lists of leaks come."""

    help = "Make a compact file of leaked passwords from a sorted list of SHA-1 digests."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take where the list is and where the file goes."""
        parser.add_argument("list", help="the list, or - for the standard input")
        parser.add_argument(
            "file", help="the file to make; it is replaced only once it is complete"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write beside the file, then put it in place: the site never reads half of one."""
        place, name = Path(options["file"]), options["list"]
        unfinished = place.with_name(f"{place.name}.{os.getpid()}")
        try:
            with unfinished.open("xb") as out:
                count = self._write(name, out)
            unfinished.replace(place)
        except leaked.NotSorted as error:
            raise CommandError(
                f"Line {error.line} comes before the one above it. Sort the list first: "
                f"LC_ALL=C sort -o {name} {name}"
            ) from error
        except OSError as error:
            raise CommandError(str(error)) from error
        finally:
            unfinished.unlink(missing_ok=True)
        self.stdout.write(f"{count} passwords are in {place}.")

    @staticmethod
    def _write(name: str, out: Any) -> int:
        if name == "-":
            return leaked.write(_digests(sys.stdin), out)
        with Path(name).open(encoding="ascii", errors="replace") as lines:
            return leaked.write(_digests(lines), out)


def _digests(lines: Iterable[str]) -> Iterator[bytes]:
    for number, line in enumerate(lines, start=1):
        try:
            digest = bytes.fromhex(line[:DIGITS])
        except ValueError:
            digest = b""
        if len(digest) != DIGITS // 2 or line[DIGITS : DIGITS + 1] not in ("", ":", "\n", "\r"):
            raise CommandError(f"Line {number} does not start with a hexadecimal SHA-1 digest.")
        yield digest
