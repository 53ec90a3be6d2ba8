#!/usr/bin/env python3
"""Django's command line for Latchkey."""

import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line

from core.startup.env import WrongSettings

LONG_COMMANDS = ("migrate", "reseal", "shell", "dbshell", "dumpdata", "loaddata")
"""What may take longer than a statement of the site may: `DATABASE_TIMEOUT` is set aside."""


def main() -> None:
    """Run a command; wrong settings are told in a sentence each, without a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    if sys.argv[1:2] and sys.argv[1] in LONG_COMMANDS:
        os.environ["DATABASE_TIMEOUT"] = "0"
    try:
        _ = settings.DEBUG
    except WrongSettings as error:
        sys.exit(str(error))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
