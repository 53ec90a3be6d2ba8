"""What gunicorn reads when it is started in this directory."""

import subprocess
import sys
from typing import Any


def on_starting(server: Any) -> None:
    """Try the settings once, before any worker: each of them would say the same again."""
    done = subprocess.run([sys.executable, "-c", "import portal.wsgi"], check=False)
    if done.returncode:
        sys.exit(done.returncode)
