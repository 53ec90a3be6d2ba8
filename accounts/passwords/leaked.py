"""The operator's file of leaked passwords: four bytes for each, looked up on the disk.

SHA-1 is what such lists are made of; nothing here depends on its strength. The first two bytes of a
digest name a bucket, the next four stand in it, sorted: of a thousand million passwords one in
300,000 others is taken for one of them, and the file has 4 GB. A look-up reads the index of a
bucket and the bucket, 60 KB at most then, and keeps nothing.
"""

import os
from bisect import bisect_left
from collections.abc import Iterable
from hashlib import sha1
from pathlib import Path
from struct import Struct
from typing import BinaryIO

MAGIC = b"LKLEAK01"
BUCKETS = 1 << 16
OFFSETS = Struct(">Q")  # of a bucket's end, in entries
HEAD = len(MAGIC) + BUCKETS * OFFSETS.size
ENTRY = 4


class Broken(Exception):
    """The file is none that `manage.py leaked_passwords` has finished."""


class NotSorted(Exception):
    """The list is not in the order of its digests; `line` counts from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


def write(digests: Iterable[bytes], out: BinaryIO) -> int:
    """Write a file from digests in ascending order; return how many entries it has."""
    ends, count, before = [0] * BUCKETS, 0, b""
    out.write(bytes(HEAD))
    for line, digest in enumerate(digests, start=1):
        kept = digest[: 2 + ENTRY]
        if kept < before:
            raise NotSorted(line)
        if kept != before:
            out.write(kept[2:])
            count += 1
        ends[int.from_bytes(kept[:2])] = count
        before = kept
    for bucket in range(1, BUCKETS):
        ends[bucket] = max(ends[bucket], ends[bucket - 1])
    out.seek(0)
    out.write(MAGIC + b"".join(OFFSETS.pack(end) for end in ends))
    return count


def check(path: str) -> int:
    """Return how many entries the file has; raises `Broken` or `OSError`."""
    with Path(path).open("rb") as file:
        head = file.read(HEAD)
    if len(head) != HEAD or not head.startswith(MAGIC):
        raise Broken
    count: int = OFFSETS.unpack(head[-OFFSETS.size :])[0]
    if Path(path).stat().st_size != HEAD + count * ENTRY:
        raise Broken
    return count


def has(path: str, password: str) -> bool:
    """Tell whether the password is in the file; raises `OSError`."""
    digest = sha1(password.encode(), usedforsecurity=False).digest()
    bucket, wanted = int.from_bytes(digest[:2]), digest[2 : 2 + ENTRY]
    handle = os.open(path, os.O_RDONLY)
    try:
        start = _end(handle, bucket - 1) if bucket else 0
        length = _end(handle, bucket) - start
        entries = os.pread(handle, length * ENTRY, HEAD + start * ENTRY)
    finally:
        os.close(handle)
    numbers = memoryview(entries)
    at = bisect_left(range(length), wanted, key=lambda n: bytes(numbers[n * ENTRY :][:ENTRY]))
    return bytes(numbers[at * ENTRY :][:ENTRY]) == wanted


def _end(handle: int, bucket: int) -> int:
    place = len(MAGIC) + bucket * OFFSETS.size
    end: int = OFFSETS.unpack(os.pread(handle, OFFSETS.size, place))[0]
    return end
