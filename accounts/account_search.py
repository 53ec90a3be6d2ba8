"""Finding accounts among a million: every search goes by an index, and nothing is counted."""

import re
from uuid import UUID

from django.conf import settings
from django.db.models import Q, Value
from django.db.models.functions import Upper
from phonenumber_field.phonenumber import to_python

from accounts.contacts.normalization import email_key
from accounts.models import EmailAddress, Membership, Organisation, PhoneNumber, User
from core.database import DomainOf

MOST_FOUND = 200  # accounts with one name, domain or organisation: the newest
LIKE_A_NUMBER = re.compile(r"\+?[\d\s()./-]{5,25}")


def search(term: str) -> Q:
    """Select by account id, the beginning of the sign-in address, or any whole address.

    Or by a whole phone number, name, domain ("@example.org") or organisation.
    """
    try:
        return Q(public_id=UUID(term))
    except ValueError:
        pass
    if not (key := email_key(term)):  # characters that cannot be seen begin every address
        return Q(pk__in=[])
    # Lists of ids, not subqueries: beside one PostgreSQL would not use the index.
    return Q(email_key__startswith=key) | Q(pk__in=_owners(term))


def _owners(term: str) -> list[int]:
    """Return the ids of the newest accounts that have this."""
    if "@" in term:
        rows = EmailAddress.objects.verified()
        if term.startswith("@"):
            rows = rows.alias(domain=DomainOf("key")).filter(domain=email_key(f"x{term}")[1:])
        else:
            rows = rows.filter(key=email_key(term))
        return list(rows.order_by("-user_id").values_list("user_id", flat=True)[:MOST_FOUND])
    if numbers := _numbers(term):
        rows = PhoneNumber.objects.verified().filter(number__in=numbers)
        return list(rows.order_by("-user_id").values_list("user_id", flat=True)[:MOST_FOUND])
    return [*_named(term), *_members(term)]


def _named(term: str) -> list[int]:
    rows = User.objects.alias(known=Upper("name")).filter(known=Upper(Value(term)))
    return list(rows.order_by("-pk").values_list("pk", flat=True)[:MOST_FOUND])


def _members(term: str) -> list[int]:
    rows = Organisation.objects.alias(known=Upper("name")).filter(known=Upper(Value(term)))
    found = list(rows.values_list("pk", flat=True)[:MOST_FOUND])  # names may differ in case alone
    members = Membership.objects.filter(organisation__in=found).order_by("-user_id")
    return list(members.values_list("user_id", flat=True)[:MOST_FOUND])


def _numbers(term: str) -> list[str]:
    """Read a phone number as it is written in each country that gets text messages."""
    if not LIKE_A_NUMBER.fullmatch(term):
        return []
    regions: list[str | None] = list(settings.SMS_COUNTRIES) or [None]
    read = [to_python(term, region=region) for region in regions]
    return list({each.as_e164 for each in read if each and each.is_valid()})
