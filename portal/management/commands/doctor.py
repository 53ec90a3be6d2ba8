"""`manage.py doctor`: try what the site counts on, and say what is wrong and what to do."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from portal import doctor


class Command(BaseCommand):
    """Prints a line for each part; ends with 1 if one of them is not well."""

    help = (
        "Try database, keys, clock, mail server, worker and proxy of the running site. "
        "It changes nothing and sends nothing."
    )
    requires_system_checks = ()  # what is wrong is what it is asked about

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was found."""
        findings = doctor.examine()
        for finding in findings:
            sign = self.style.SUCCESS("ok   ") if finding.is_well else self.style.ERROR("FAULT")
            self.stdout.write(f"{sign}  {finding.part:<8}  {finding.words}")
        if not all(finding.is_well for finding in findings):
            sys.exit(1)
