"""Pictures that are larger than a QR code: screenshots, sheets and photos, as grey PNGs."""

import struct
import zlib
from math import cos, radians, sin
from random import Random

import qrcode

DARK, LIGHT = 0, 255


def squares_of(text: str, border: int = 4) -> list[list[bool]]:
    """The squares of a QR code with a border of so many; true is dark."""
    code = qrcode.QRCode(border=border, error_correction=qrcode.ERROR_CORRECT_M)
    code.add_data(text)
    code.make(fit=True)
    return code.get_matrix()


class Picture:
    """A grey picture that codes are put on."""

    def __init__(self, width: int, height: int, grey: int = LIGHT) -> None:
        self.width, self.height = width, height
        self.rows = [bytearray([grey]) * width for _each in range(height)]

    def clutter(self, seed: int, count: int, grey: int) -> "Picture":
        """Put bars on it, as text and buttons are."""
        chance = Random(seed)
        for _each in range(count):
            x, y = chance.randrange(self.width - 100), chance.randrange(self.height - 10)
            for row in self.rows[y : y + chance.randint(1, 9)]:
                length = chance.randint(1, 60)
                row[x : x + length] = bytes([grey]) * length
        return self

    def noise(self, seed: int) -> "Picture":
        """Make it look like what a camera sees: no two pixels alike."""
        chance = Random(seed)
        textures = [
            bytes(150 + byte // 4 for byte in chance.randbytes(self.width)) for _each in range(17)
        ]
        self.rows = [bytearray(textures[y % 17]) for y in range(self.height)]
        return self

    def put(self, text: str, x: int, y: int, scale: int, border: int = 4) -> "Picture":
        """Put a code on it, square on square."""
        for at, squares in enumerate(squares_of(text, border)):
            drawn = bytes(DARK if dark else LIGHT for dark in squares for _each in range(scale))
            for row in self.rows[y + at * scale : y + (at + 1) * scale]:
                row[x : x + len(drawn)] = drawn
        return self

    def photograph(self, text: str, x: int, y: int, side: int, degrees: float) -> "Picture":
        """Put a code on it as a camera sees it: turned, soft and grey."""
        squares = squares_of(text)
        count = len(squares)
        turn = (cos(radians(degrees)), sin(radians(degrees)))
        reach = int(side * 0.75)

        def grey(dx: float, dy: float) -> int | None:
            across = (dx * turn[0] + dy * turn[1]) / side + 0.5
            down = (dy * turn[0] - dx * turn[1]) / side + 0.5
            if not (0 <= across < 1 and 0 <= down < 1):
                return None
            return 50 if squares[int(down * count)][int(across * count)] else 215

        near = [(-0.5, -0.5), (0.5, -0.5), (-0.5, 0.5), (0.5, 0.5)]
        for dy in range(-reach, reach):
            row = self.rows[y + dy]
            for dx in range(-reach, reach):
                found = [grey(dx + right, dy + below) for right, below in near]
                seen = [each for each in found if each is not None]
                if len(seen) == len(near):
                    row[x + dx] = sum(seen) // len(seen)
        return self

    def png(self) -> bytes:
        """The picture as a file."""
        head = struct.pack(">IIBBBBB", self.width, self.height, 8, 0, 0, 0, 0)
        body = zlib.compress(b"".join(b"\0" + bytes(row) for row in self.rows), 1)
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            for kind, data in [(b"IHDR", head), (b"IDAT", body), (b"IEND", b"")]
        )
