"""Which numbers may get a text message, and how many: every message costs money.

Against SMS pumping (OWASP ASVS 5.0, 6.6): countries are closed unless opened, dear number types
are refused, and caps per number, block of numbers, network address and day stop what gets through.
"""

import logging
from datetime import timedelta

import phonenumbers
from django.utils.functional import Promise
from phonenumbers import PhoneNumberType

from core.i18n import gettext_lazy as _
from core.limits import rates
from core.limits.counters import LimitReached
from core.outbox import conf
from core.web.http import RequestOrigin

logger = logging.getLogger(__name__)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)

BLOCK_DIGITS = 4
"""Digits at the end that numbers of one block differ in; pumping goes through such blocks."""

MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)

NO_COUNTRY = "001"
"""What phonenumbers calls the codes of no country: satellite, shared and premium networks."""


class NumberRefused(Exception):
    """No text message goes to this number; `reason` is a sentence for its owner."""

    def __init__(self, reason: str | Promise) -> None:
        super().__init__(str(reason))
        self.reason = reason


def check_number(number: str) -> None:
    """Raise NumberRefused unless text messages may go to this E.164 number."""
    parsed = _parsed(number)
    region = phonenumbers.region_code_for_number(parsed)
    if region in (None, NO_COUNTRY) or region not in conf.sms_countries():
        raise NumberRefused(_("Text messages to this country are not possible here."))
    if phonenumbers.number_type(parsed) not in MOBILE:
        raise NumberRefused(_("This is not a mobile number. Enter the number of a mobile phone."))


def is_open(number: str) -> bool:
    """Tell whether text messages may go to this E.164 number."""
    try:
        check_number(number)
    except NumberRefused:
        return False
    return True


def take(number: str, address: str, *, is_confirmed: bool = True) -> None:
    """Count one text message to the number, asked for from the network address.

    Of each cap that others can fill, numbers that were not confirmed yet get half, so that the rest
    is there for people who sign in.

    Raises NumberRefused, or LimitReached when a cap is full. Narrow caps come first, so that what
    they refuse does not use up the caps that everybody shares. Call it outside a transaction.
    """
    check_number(number)
    network = RequestOrigin(address.partition("/")[0], "").network
    if not is_confirmed:
        rates.TEXTS_TO_A_NEW_NUMBER.take(number)
        rates.TEXTS_TO_A_NEW_BLOCK.take(number[:-BLOCK_DIGITS])
        rates.TEXTS_TO_NEW_NUMBERS.take("all")
    rates.TEXTS_TO_A_NUMBER.take(number)
    rates.TEXTS_TO_A_BLOCK.take(number[:-BLOCK_DIGITS])
    rates.TEXTS_OF_A_NETWORK.take(network)
    try:
        rates.TEXTS.take("all")
    except LimitReached:
        logger.critical("the daily stop for text messages is reached (SMS_A_DAY)")
        raise


def _parsed(number: str) -> phonenumbers.PhoneNumber:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_valid_number(parsed):
        raise NumberRefused(_("This is not a phone number that exists."))
    if phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) != number:
        raise NumberRefused(_("This is not a phone number that exists."))
    return parsed
