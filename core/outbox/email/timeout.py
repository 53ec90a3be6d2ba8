"""A limit on a whole conversation; a socket's own time-out limits only each single wait."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Find = Callable[[], socket.socket | None]


@contextmanager
def cut_after(seconds: float, find: Find) -> Iterator[None]:
    """Shut the socket in use after that many seconds; its reader then gets an OSError or EOF.

    `find` is asked at that moment, and every second from then on: a conversation may open its
    socket late, or wrap it into TLS half-way.
    """
    done = threading.Event()
    threading.Thread(target=_cut, args=(done, seconds, find), daemon=True).start()
    try:
        yield
    finally:
        done.set()


def _cut(done: threading.Event, seconds: float, find: Find) -> None:
    wait = seconds
    while not done.wait(wait):
        wait = 1
        with suppress(OSError):
            if (sock := find()) is not None:
                # Not SSLSocket.shutdown: that one takes the TLS state from the reading thread.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
