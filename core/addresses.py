"""E-mail addresses: what reaches one mailbox is one address, however it is spelled.

Domains are compared and mailed to in ASCII and shown in letters (UTS 46, nontransitional, as
browsers do it); of a mailbox the quotes and escapes of RFC 5321 4.1.2 are taken away.
"""

import re
import unicodedata
from hashlib import sha256

import idna
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

ADDRESS_LENGTH = 254  # RFC 5321, 4.5.3.1.3
IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Default_Ignorable_Code_Point of Unicode: nobody sees them, and domains leave them out."""
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
PLAIN = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{}|~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{}|~-]+)*")


def fold(text: str, longest: int) -> str:
    """Return a text in NFKC and case-folded, cut to `longest` characters before all that."""
    folded = unicodedata.normalize("NFKC", text[:longest]).casefold()
    return unicodedata.normalize("NFKC", folded)


def key_of(address: str) -> str:
    """Return what an address is compared by; mail never goes to it.

    What is too long to be one is never normalised: its key is a digest that no address has.
    """
    bare = address.strip()
    if len(bare) > ADDRESS_LENGTH:
        return sha256(bare.encode(errors="replace")).hexdigest()
    seen = IGNORABLE.sub("", unicodedata.normalize("NFKC", bare))
    mailbox, at, domain = seen.rpartition("@")
    if not at:
        return fold(seen, ADDRESS_LENGTH * 18)  # the most that NFKC makes of a character
    return f"{fold(_bare(mailbox), ADDRESS_LENGTH * 18)}@{_key_of_domain(domain)}"


def in_letters(address: str) -> str:
    """Return an address as people read it, without needless quotes; as it is if it is none."""
    mailbox, at, domain = address.strip().rpartition("@")
    if not at or len(address) > ADDRESS_LENGTH:
        return address
    try:
        return f"{_bare(mailbox)}@{idna.decode(_ascii(domain))}"
    except (idna.IDNAError, UnicodeError):
        return address


def in_ascii(address: str) -> str:
    """Return an address as mail goes to it; raises `ValidationError` if its domain is none."""
    mailbox, at, domain = address.rpartition("@")
    if not at or domain.isascii():
        return address
    try:
        return f"{mailbox}@{_ascii(domain)}"
    except (idna.IDNAError, UnicodeError) as error:
        raise ValidationError(EmailValidator.message, code="invalid") from error


def _ascii(domain: str) -> str:
    return idna.encode(domain.rstrip("."), uts46=True).decode("ascii")


def _key_of_domain(domain: str) -> str:
    try:
        return _ascii(domain)
    except (idna.IDNAError, UnicodeError):  # one that no address of this site has, or a literal
        return fold(domain, ADDRESS_LENGTH * 18)


def _bare(mailbox: str) -> str:
    """Return a mailbox without quotes and escapes that say nothing."""
    if len(mailbox) < 2 or not mailbox.startswith('"') or not mailbox.endswith('"'):
        return mailbox
    content = ESCAPED.sub(r"\1", mailbox[1:-1])
    if PLAIN.fullmatch(content):
        return content
    return '"' + re.sub(r'(["\\])', r"\\\1", content) + '"'
