"""The security policy in numbers, each once, under the name that code and tests use."""

from datetime import timedelta

from portal.settings.environment import (
    RECOVERY_CASE_WAIT_HOURS,
    RECOVERY_CASE_WAIT_TWO_STEP_HOURS,
    RECOVERY_HOLD_HOURS,
    RECOVERY_HOLD_SAVED_CODE_HOURS,
    RESTORE_DELAY_HOURS,
)

PASSWORD_MIN_LENGTH = 15
PASSWORD_MIN_LENGTH_WITH_TWO_STEP = 8
PASSWORD_MAX_BYTES = 1024

PENDING_SIGN_IN_AGE = timedelta(minutes=10)
STEP_UP_AGE = timedelta(minutes=10)
HELD_FORM_AGE = timedelta(minutes=30)  # for what was typed before a step-up
UNUSED_STEP_AGE = timedelta(days=28)  # after this a step that was never used is asked for, once
MAILBOX_PROOF_AGE = timedelta(minutes=15)
RECOVERY_HOLD = timedelta(hours=RECOVERY_HOLD_HOURS)
RECOVERY_HOLD_SAVED_CODE = timedelta(hours=RECOVERY_HOLD_SAVED_CODE_HOURS)
CHANGE_UNDO_AGE = timedelta(days=7)  # how long a link in a notice takes a contact change back

AUTHENTICATOR_SECRET_BYTES = 20
AUTHENTICATOR_DIGITS = 6
AUTHENTICATOR_PERIOD = timedelta(seconds=30)
AUTHENTICATOR_WINDOW = 1  # steps accepted before and after the present one
PHONES_A_PERSON = 10
PHONE_LINK_AGE = timedelta(minutes=10)  # of a QR code for an authenticator app
PASSKEYS_A_PERSON = 10
PASSKEY_CHALLENGE_AGE = timedelta(minutes=5)
PASSKEY_CHALLENGES_A_PERSON = 30  # per 10 minutes, each flow its own
PASSKEY_CHALLENGES_AN_ADDRESS = 300  # per 15 minutes: sign-in pages opened by one network address
PASSKEY_FAILURES_AN_ADDRESS = 50  # per 15 minutes; IPv6 by /64

SENT_CODE_DIGITS = 6
SENT_CODE_AGE = timedelta(minutes=10)
SENT_CODE_TRIES = 5
SENT_CODE_PAUSE = timedelta(seconds=60)
SENT_CODES_A_QUARTER_HOUR = 3
SENT_CODES_A_DAY = 10
CONTACT_CONFIRM_AGE = timedelta(minutes=60)
CONTACTS_A_PERSON = 5

RECOVERY_CODES_A_SET = 10
RECOVERY_CODE_SETS_A_QUARTER_HOUR = 5  # a set takes ten slow hashes
RECOVERY_CODES_SHOWN_FOR = timedelta(minutes=10)

FAILURES_BEFORE_WAIT = 5
FAILURE_WAIT = timedelta(seconds=30)
FAILURE_WAIT_MOST = timedelta(hours=1)
FAILURES_BEFORE_NOTICE = 10
FAILURES_BEFORE_OFF = 100
PASSWORD_FAILURES_AN_ADDRESS = 50  # per 15 minutes; IPv6 by /64
PASSWORD_TRIES_SITE_WIDE = 6000  # per minute
MESSAGES_AN_ADDRESS_AN_HOUR = 30  # sign-ups and resets asked for by one network address

SESSION_IDLE = timedelta(minutes=60)
SESSION_AGE = timedelta(hours=24)
STAFF_ACTS_AN_HOUR = 30  # of one member of staff, on accounts of others
STAFF_SESSION_IDLE = timedelta(minutes=15)
STAFF_SESSION_AGE = timedelta(hours=8)
SESSION_TOUCH = timedelta(minutes=1)
REPEATED_FORM_AGE = timedelta(seconds=10)  # in which the same form is answered as the first time
BROWSERS_A_PAGE = 20
KNOWN_BROWSER_AGE = timedelta(days=365)
TRUSTED_BROWSER_DAYS_MOST = 30
TRUSTED_BROWSERS_A_PERSON = 20

APP_LINK_AGE = timedelta(minutes=10)
APP_LINK_TRIES = 3  # of the number that the phone shows
APP_LINKS_A_QUARTER_HOUR = 5  # begun by one person
APP_CLAIMS_AN_ADDRESS = 30  # per 15 minutes; IPv6 by /64
RESTORE_GRANT_AGE = timedelta(minutes=15)
RESTORE_WAITED_GRANT_AGE = timedelta(hours=24)  # of a grant that had to wait, after its wait
RESTORE_DELAY = timedelta(hours=RESTORE_DELAY_HOURS)
PASSWORD_COMPARISONS_A_DAY = 5  # of a phone, with a new passphrase; twice by all of a person
KEY_PROOFS_A_PHONE = 20  # an hour: keys of a backup that a phone says it holds
PASSPHRASE_PROOFS_A_VAULT = 50  # a day: wrong ones, by all phones; other keys cannot be guessed
KEY_TRANSFER_AGE = timedelta(minutes=10)
VAULT_VERSION_BYTES = 1024 * 1024
VAULT_BYTES = 20 * 1024 * 1024
VAULT_BYTES_A_PHONE = VAULT_BYTES * 3 // 4  # the rest is kept for the owner's next phone
VAULT_FILLING = 0.75  # of what one phone may fill: the person is notified when it is reached
VAULT_GRACE = timedelta(days=30)
REMOVED_SLOTS_KEPT = timedelta(days=30)
VAULT_FROZEN = timedelta(days=180)
VAULT_PINNED = timedelta(days=90)
VAULT_NEWEST, VAULT_DAYS, VAULT_WEEKS = 10, 30, 26  # versions that are kept
VAULT_SAVES_AN_HOUR = 240
VAULT_ACTS_AN_HOUR = 30  # of a phone, which each cause a mail: off, on, taken over, slots
VAULTS_PUT_AWAY = 10  # of a person: switched off or frozen, and kept; twice with a grant
WORK_APPROVAL_AGE = timedelta(days=7)  # how long a member of staff's approval may wait
WORK_CODE_AGE = timedelta(minutes=10)
WORK_CONFIRM_AGE = timedelta(hours=1)  # for the first code, once the phone has the secret
WORK_CLAIMS_A_PHONE = 20  # per 10 minutes
UNLINKED_APPS_KEPT = timedelta(days=365)  # so that each is told to erase itself when it calls
BACKUP_SILENCE = timedelta(days=7)  # after this without a save the person is notified

RECOVERY_CASE_WAIT = timedelta(hours=RECOVERY_CASE_WAIT_HOURS)
RECOVERY_CASE_WAIT_TWO_STEP = max(
    RECOVERY_CASE_WAIT, timedelta(hours=RECOVERY_CASE_WAIT_TWO_STEP_HOURS)
)
RECOVERY_CASE_DECIDED_WITHIN = timedelta(days=14)  # after the wait; then it expires
RECOVERY_CASE_STRANGERS_AFTER = timedelta(days=1)  # a case that leads nowhere is declined
RECOVERY_CASE_APPROVED_AGE = timedelta(days=7)  # in which another link may be asked for
RECOVERY_CASE_LINK_AGE = timedelta(minutes=60)
RECOVERY_CONTACTS = 5  # of one person
RECOVERY_CONTACT_AGE = timedelta(days=7)  # after agreeing; then a contact's word counts
RECOVERY_CONTACT_KEPT = timedelta(days=3)  # after the removal, so long it still does
RECOVERY_CONTACTS_NEEDED = 2  # they are worth one officer
RECOVERY_CASE_ANSWER = timedelta(milliseconds=500)  # for an account, and for none
RECOVERY_CASES_A_MONTH = 3  # of one mailbox where a person is reached

PASSWORD_RESET_AGE = timedelta(minutes=60)
INVITATION_AGE = timedelta(days=7)
INVITATIONS_A_DAY = 100  # of one member of staff
MANAGER_INVITATIONS_A_DAY = 400  # of one manager of an organisation
INVITATIONS_AT_ONCE = 200  # lines of a manager's list
INVITATIONS_AN_ADDRESS = 5  # a day, sent again included
SET_UP_LINK_AGE = timedelta(minutes=10)
NOTICE_AGE = timedelta(days=3)
NOTICES_AT_ONCE = 3  # a minute to one address; the others of that minute go together in one mail
ACTS_A_PERSON_AN_HOUR = 60  # on pages, of those that cause a mail and could go on for ever
EVENTS_KEPT = timedelta(days=365)

SMS_PER_NUMBER_A_DAY = 10
SMS_PER_PREFIX_AN_HOUR = 60
SMS_PER_ADDRESS_A_DAY = 20
