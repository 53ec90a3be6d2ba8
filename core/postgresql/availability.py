"""Whether the database was found away just now, so that not every request finds out by itself.

Else all threads of a server would stand and wait, and nobody be left to answer `/healthz`.
"""

import threading
import time

PAUSE_SECONDS = 3


class Away:
    """Remembers the last failure for a moment; after it, one caller tries for all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until = 0.0

    def begin(self) -> None:
        """Note that the server did not answer."""
        with self._lock:
            self._until = time.monotonic() + PAUSE_SECONDS

    def end(self) -> None:
        """Note that it did."""
        if self._until:
            with self._lock:
                self._until = 0.0

    def is_on(self) -> bool:
        """Tell callers not to try; once the pause has passed, the first one may."""
        if not self._until:
            return False
        with self._lock:
            if not self._until:
                return False
            if time.monotonic() < self._until:
                return True
            self._until = time.monotonic() + PAUSE_SECONDS
            return False


away = Away()
