"""Writes a small database of places, in the format of MaxMind DB 2.0."""

import struct
from ipaddress import ip_network
from pathlib import Path
from typing import Any

MARKER = b"\xab\xcd\xefMaxMind.com"
Tree = dict[str, Any]
UTF8, UINT16, UINT32, MAP, UINT64, ARRAY = 2, 5, 6, 7, 9, 11  # types of the format


def named(**names: str) -> dict[str, Any]:
    """Return an entry with its name in several languages."""
    return {"names": names}


UTRECHT = {
    "city": named(en="Utrecht", fr="Utrecht-sur-Rhin"),
    "country": {"iso_code": "NL", **named(en="Netherlands", fr="Pays-Bas")},
}
PLACES: dict[str, Any] = {
    "192.0.2.0/24": UTRECHT,
    "198.51.100.0/24": {"country": named(en="Belgium")},
    "203.0.113.0/24": {"country": "BE", "city": ["no", "names"]},
    "2001:db8::/32": UTRECHT,
}


def _head(kind: int, size: int) -> bytes:
    first, more = (kind, b"") if kind <= MAP else (0, bytes([kind - MAP]))
    if size < 29:
        return bytes([first << 5 | size]) + more
    return bytes([first << 5 | 29]) + more + bytes([size - 29])


def encode(value: Any) -> bytes:
    """Encode text, lists, dictionaries, and numbers given as a pair of type and value."""
    if isinstance(value, str):
        return _head(UTF8, len(value.encode())) + value.encode()
    if isinstance(value, tuple):
        kind, number = value
        digits = struct.pack(">Q", number).lstrip(b"\0")
        return _head(kind, len(digits)) + digits
    if isinstance(value, list):
        return _head(ARRAY, len(value)) + b"".join(encode(each) for each in value)
    pairs = (encode(key) + encode(each) for key, each in value.items())
    return _head(MAP, len(value)) + b"".join(pairs)


def _bits(network: str) -> str:
    net = ip_network(network)
    bits = f"{int(net.network_address):0{net.max_prefixlen}b}"[: net.prefixlen]
    return bits if net.version == 6 else "0" * 96 + bits


def _tree(places: dict[str, Any], data: bytearray) -> list[dict[str, Any]]:
    """Return the nodes; a leaf is where its record begins in `data`, as text."""
    nodes: list[dict[str, Any]] = [{}]
    for network, record in places.items():
        bits, node = _bits(network), nodes[0]
        for bit in bits[:-1]:
            if bit not in node:
                nodes.append({})
                node[bit] = len(nodes) - 1
            node = nodes[node[bit]]
        node[bits[-1]] = str(len(data))
        data += encode(record)
    return nodes


def write(path: Path, places: dict[str, Any] = PLACES, kind: str = "Test-City") -> str:
    """Write the database and return its path as text."""
    data = bytearray()
    nodes = _tree(places, data)
    count = len(nodes)

    def pointer(target: int | str | None) -> bytes:
        at = count if target is None else target
        value = at if isinstance(at, int) else count + 16 + int(at)
        return struct.pack(">I", value)[1:]

    tree = b"".join(pointer(node.get("0")) + pointer(node.get("1")) for node in nodes)
    about = {
        "node_count": (UINT32, count),
        "record_size": (UINT16, 24),
        "ip_version": (UINT16, 6),
        "database_type": kind,
        "languages": ["en"],
        "binary_format_major_version": (UINT16, 2),
        "binary_format_minor_version": (UINT16, 0),
        "build_epoch": (UINT64, 1),
        "description": {"en": "places of the tests"},
    }
    path.write_bytes(tree + bytes(16) + bytes(data) + MARKER + encode(about))
    return str(path)
