"""Names that no other test uses."""

import secrets


def fresh_address(name: str = "person") -> str:
    """Return an e-mail address never returned before, beginning with the name."""
    return f"{name}-{secrets.token_hex(5)}@latchkey.example"


def fresh_number() -> str:
    """Return a Dutch mobile number (E.164), drawn anew."""
    return f"+3161{secrets.randbelow(10**7):07d}"


def fresh_ip() -> str:
    """Return an address of the range for benchmarks (RFC 2544), drawn anew."""
    number = secrets.randbelow(2**17)
    return f"198.{18 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"
