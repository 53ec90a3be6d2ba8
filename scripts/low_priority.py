"""Run a command at the lowest priority: `python scripts/low_priority.py make …`.

It gets a session of its own, whose process group is the one to end.
"""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

LOWEST = 19  # priority; see nice(1)

os.setsid()
os.nice(LOWEST)
# Where Linux shares the time among sessions first, the session has a priority, too: sched(7).
with suppress(OSError):
    Path("/proc/self/autogroup").write_text(str(LOWEST))
sys.exit(subprocess.run(sys.argv[1:], check=False).returncode)
