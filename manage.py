#!/usr/bin/env python3
"""Django's command line for Latchkey."""

import os
import sys

from django.core.management import execute_from_command_line

LONG_COMMANDS = ("migrate", "reseal", "shell", "dbshell", "dumpdata", "loaddata")
"""What may take longer than a statement of the site may: `DATABASE_TIMEOUT` is set aside."""

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    if sys.argv[1:2] and sys.argv[1] in LONG_COMMANDS:
        os.environ["DATABASE_TIMEOUT"] = "0"
    execute_from_command_line(sys.argv)
