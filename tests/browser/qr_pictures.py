"""QR codes as files: a PNG for a picture, a film for the fake camera of Chromium."""

import struct
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import qrcode
from playwright.sync_api import BrowserContext

FRAMES = 3
Camera = Callable[[str], AbstractContextManager[BrowserContext]]
"""What the fixture `camera` is: of a text, a profile with its QR code before the camera."""


def modules_of(text: str, scale: int = 5) -> list[list[bool]]:
    """Draw a QR code with its white border; true is dark, one item a pixel."""
    code = qrcode.QRCode(border=4, error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(text)
    code.make(fit=True)
    rows = [[bool(dark) for dark in row for _each in range(scale)] for row in code.get_matrix()]
    return [row for row in rows for _each in range(scale)]


def png_of(text: str) -> bytes:
    """Return a grey PNG of a QR code."""
    rows = modules_of(text)
    body = b"".join(b"\0" + bytes(0 if dark else 255 for dark in row) for row in rows)
    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(body)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def film_of(text: str, path: Path, size: tuple[int, int] = (640, 480)) -> Path:
    """Write a film (YUV4MPEG2) in which a QR code is held before the camera."""
    width, height = size
    rows = modules_of(text)
    top, left = (height - len(rows)) // 2, (width - len(rows[0])) // 2
    picture = bytearray(b"\xc8" * (width * height))
    for y, row in enumerate(rows):
        start = (top + y) * width + left
        picture[start : start + len(row)] = bytes(16 if dark else 235 for dark in row)
    frame = b"FRAME\n" + bytes(picture) + b"\x80" * (width * height // 2)
    path.write_bytes(f"YUV4MPEG2 W{width} H{height} F10:1 C420\n".encode() + frame * FRAMES)
    return path
