"""What gunicorn reads when it is started in this directory."""

import os
import subprocess
import sys
from typing import Any

READ = """
import sys
from core.startup.env import WrongSettings
try:
    import portal.settings
except WrongSettings as error:
    sys.exit(str(error))
"""


def on_starting(server: Any) -> None:
    """Read the settings once, before any worker: each of them would say the same again."""
    done = subprocess.run([sys.executable, "-c", READ], check=False)
    if done.returncode:
        sys.exit(done.returncode)


def post_fork(server: Any, worker: Any) -> None:
    """Let one worker of each round say what else is wrong; all of them find it."""
    count = max(server.num_workers, 1)
    if worker.age % count != 1 % count:
        os.environ["LATCHKEY_START"] = "quiet"
