"""A copy of each delivered message in a folder, so that a developer can read it in the browser."""

import json
import logging
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.utils import timezone

from core.outbox import conf
from core.outbox.models import Message
from core.outbox.types import Composed

logger = logging.getLogger(__name__)

KEPT = 200


def write(message: Message, composed: Composed) -> None:
    """Keep a copy if OUTBOX_MIRROR is set and DEBUG is on; a full disk only gets logged."""
    folder = conf.mirror()
    if folder is None:
        return
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(folder / f"{time.time_ns():020d}-{message.public_id}.json", message, composed)
        _prune(folder)
    except OSError as error:
        logger.warning("a message could not be mirrored (%s)", type(error).__name__)


def read() -> list[dict[str, Any]]:
    """The mirrored messages, newest first; each with a `name` to ask for it again."""
    folder = conf.mirror()
    names = sorted(folder.glob("*.json"), reverse=True)[:KEPT] if folder else []
    return [found for name in names if (found := _read(name))]


def _write(path: Path, message: Message, composed: Composed) -> None:
    content = {
        "channel": str(message.channel),
        "recipient": message.recipient,
        "kind": message.kind,
        "handed_over_at": timezone.now().isoformat(),
        **asdict(composed),
    }
    unfinished = path.with_suffix(".unfinished")
    unfinished.touch(mode=0o600)
    unfinished.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")
    unfinished.replace(path)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        return {**json.loads(path.read_text(encoding="utf-8")), "name": path.stem}
    except (OSError, ValueError):
        return None  # removed by another process, or left by an older version


def _prune(folder: Path) -> None:
    for old in sorted(folder.glob("*.json"), reverse=True)[KEPT:]:
        old.unlink(missing_ok=True)
