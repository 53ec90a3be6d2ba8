"""How often each thing may happen: one table, a sentence a line.

Failures in a row are counted by `core.limits.counters.Budget` instead. Numbers and periods that a
site may change are settings of `portal/settings/policy.py`, read when something is counted.
"""

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Literal

from django.conf import settings

from core.limits.counters import Rate

By = Literal["target", "person", "phone", "backup", "network", "site"]
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
QUARTER, MONTH = timedelta(minutes=15), timedelta(days=30)
HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Limit:
    """So many of `what` in a period, for each `by`; numbers and periods, or the settings with them.

    `name` is that of its rows and never changes. `share` is the part of the number that it gives.
    """

    name: str
    what: str
    by: By
    number: int | str
    period: timedelta | str
    share: Fraction = Fraction(1)

    @property
    def rate(self) -> Rate:
        """What it is by the settings of this moment."""
        number = getattr(settings, self.number) if isinstance(self.number, str) else self.number
        period = getattr(settings, self.period) if isinstance(self.period, str) else self.period
        return Rate(self.name, int(number * self.share), period)

    def take(self, key: str = "") -> None:
        """Count one; raises `LimitReached` if there is none left. Call it outside a transaction."""
        self.rate.take(key)

    def give_back(self, key: str = "") -> None:
        """Uncount one that turned out to be harmless."""
        self.rate.give_back(key)

    def __str__(self) -> str:
        """Say it in a sentence."""
        rate = self.rate
        return f"{self.what}: at most {rate.limit} in {rate.period} for each {self.by}"


# --- Signing in ---------------------------------------------------------------------------------
CODE_PAUSE = Limit("code-pause", "codes sent", "target", 1, "SENT_CODE_PAUSE")
CODES_A_QUARTER_HOUR = Limit(
    "code-quarter-hour", "codes sent", "target", "SENT_CODES_A_QUARTER_HOUR", QUARTER
)
CODES_A_DAY = Limit("code-day", "codes sent", "target", "SENT_CODES_A_DAY", DAY)
WRONG_PASSWORDS = Limit(
    "password-address", "wrong passwords", "network", "PASSWORD_FAILURES_AN_ADDRESS", QUARTER
)
PASSWORDS = Limit(
    "password-site", "passwords typed in new browsers", "site", "PASSWORD_TRIES_SITE_WIDE", MINUTE
)
MESSAGES = Limit(
    "messages-address",
    "messages asked for signed out",
    "network",
    "MESSAGES_AN_ADDRESS_AN_HOUR",
    HOUR,
)
PASSKEY_CHALLENGES = Limit(
    "passkey-challenges",
    "challenges for passkeys, for each purpose",
    "person",
    "PASSKEY_CHALLENGES_A_PERSON",
    timedelta(minutes=10),
)
PASSKEY_QUESTIONS = Limit(
    "passkey-questions",
    "challenges for passkeys alone",
    "network",
    "PASSKEY_CHALLENGES_AN_ADDRESS",
    QUARTER,
)
PASSKEY_FAILURES = Limit(
    "passkey-failures", "refused passkeys alone", "network", "PASSKEY_FAILURES_AN_ADDRESS", QUARTER
)

RECOVERY_CASES = Limit(
    "recovery-cases", "requests to recover an account", "target", "RECOVERY_CASES_A_MONTH", MONTH
)
RECOVERY_CASE_LINKS = Limit(
    "recovery-case-links", "links of an approved request", "target", 3, HOUR
)

RECOVERY_CONTACT_WORDS = Limit(
    "recovery-contact-words", "wrong words of a recovery contact", "person", 5, HOUR
)

# --- Acts of people and staff -------------------------------------------------------------------
ACTS = Limit("acts-person", "acts that cause mail", "person", "ACTS_A_PERSON_AN_HOUR", HOUR)
RECOVERY_CODE_SETS = Limit(
    "recovery-code-sets",
    "sets of recovery codes",
    "person",
    "RECOVERY_CODE_SETS_A_QUARTER_HOUR",
    QUARTER,
)
STAFF_ACTS = Limit("staff-acts", "acts on accounts", "person", "STAFF_ACTS_AN_HOUR", HOUR)
INVITATIONS = Limit("invitations", "invitations sent", "person", "INVITATIONS_A_DAY", DAY)
MANAGER_INVITATIONS = Limit(
    "manager-invitations",
    "invitations sent for an organisation",
    "person",
    "MANAGER_INVITATIONS_A_DAY",
    DAY,
)
INVITATIONS_TO_AN_ADDRESS = Limit(
    "invitations-address", "invitations sent", "target", "INVITATIONS_AN_ADDRESS", DAY
)

# --- Text messages: numbers that are not confirmed yet get half, so that the rest stays for others
TEXTS_TO_A_NUMBER = Limit("sms:number", "text messages", "target", "SMS_PER_NUMBER_A_DAY", DAY)
TEXTS_TO_A_BLOCK = Limit(
    "sms:prefix", "text messages to a block of numbers", "target", "SMS_PER_PREFIX_AN_HOUR", HOUR
)
TEXTS_OF_A_NETWORK = Limit("sms:address", "text messages", "network", "SMS_PER_ADDRESS_A_DAY", DAY)
TEXTS = Limit("sms:day", "text messages", "site", "SMS_A_DAY", DAY)
TEXTS_TO_A_NEW_NUMBER = Limit(
    "sms:new-number", "text messages to a new number", "target", "SMS_PER_NUMBER_A_DAY", DAY, HALF
)
TEXTS_TO_A_NEW_BLOCK = Limit(
    "sms:new-prefix",
    "text messages to new numbers of a block",
    "target",
    "SMS_PER_PREFIX_AN_HOUR",
    HOUR,
    HALF,
)
TEXTS_TO_NEW_NUMBERS = Limit(
    "sms:new-day", "text messages to new numbers", "site", "SMS_A_DAY", DAY, HALF
)

# --- The authenticator app ----------------------------------------------------------------------
APP_LINKS = Limit(
    "app-links", "codes to link the app", "person", "APP_LINKS_A_QUARTER_HOUR", QUARTER
)
APP_CLAIMS = Limit(
    "app-claims", "wrong codes to link the app", "network", "APP_CLAIMS_AN_ADDRESS", QUARTER
)
WORK_CLAIMS = Limit(
    "work-claims",
    "codes for accounts of organisations",
    "phone",
    "WORK_CLAIMS_A_PHONE",
    "WORK_CODE_AGE",
)
VAULT_SAVES = Limit("vault-save", "versions saved", "phone", "VAULT_SAVES_AN_HOUR", HOUR)
VAULT_ACTS = Limit(
    "vault-act", "acts on the backup that cause mail", "phone", "VAULT_ACTS_AN_HOUR", HOUR
)
KEY_PROOFS = Limit("key-proof", "proofs of a backup's key", "phone", "KEY_PROOFS_A_PHONE", HOUR)
PASSPHRASE_PROOFS = Limit(
    "passphrase-proof", "proofs of a passphrase", "backup", "PASSPHRASE_PROOFS_A_VAULT", DAY
)
KEY_TRANSFERS = Limit("key-transfer", "keys asked of another phone", "phone", 20, QUARTER)
COMPARISONS_OF_A_PHONE = Limit(
    "password-compare",
    "passphrases compared with the password",
    "phone",
    "PASSWORD_COMPARISONS_A_DAY",
    DAY,
)
COMPARISONS_OF_A_PERSON = Limit(
    "password-compare",
    "passphrases compared with the password",
    "person",
    "PASSWORD_COMPARISONS_A_DAY",
    DAY,
    Fraction(2),
)
SETBACK_NOTICES = Limit("portal-set-back", "notices that the portal was set back", "phone", 1, DAY)
