"""The out-box: every mail and text message is a row first, and is handed over by a worker.

`queue`, `Composed` and `Undeliverable` are the whole public side of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.outbox.api import Composed, Undeliverable, queue

__all__ = ["Composed", "Undeliverable", "queue"]


def __getattr__(name: str) -> Any:
    """Find the public names on first use (PEP 562): Django imports this package before models."""
    if name in __all__:
        return getattr(import_module("core.outbox.api"), name)
    raise AttributeError(name)
