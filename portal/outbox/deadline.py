"""A limit on a whole conversation; a socket's own time-out limits only each single wait."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def cut_after(seconds: float, sock: socket.socket | None) -> Iterator[None]:
    """Shut `sock` after that many seconds; whoever reads from it then gets an OSError or EOF."""
    timer = threading.Timer(seconds, _cut, [sock])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _cut(sock: socket.socket | None) -> None:
    with suppress(OSError):
        if sock is not None:
            # Not SSLSocket.shutdown: that one takes the TLS state away from the reading thread.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
