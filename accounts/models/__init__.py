"""The rows of who a person is and how they prove it."""

from accounts.models.binding import Binding
from accounts.models.browser import KnownBrowser
from accounts.models.code import SentCode
from accounts.models.contact import EmailAddress, PhoneNumber
from accounts.models.event import SecurityEvent
from accounts.models.event_kind import EventKind
from accounts.models.invitation import Invitation
from accounts.models.link import LinkMail, OneTimeLink
from accounts.models.organisation import Enrolment, Membership, Organisation
from accounts.models.recovery_case import CaseApproval, CaseState, RecoveryCase
from accounts.models.recovery_code import RecoveryCode, RecoveryCodeSet
from accounts.models.recovery_contact import ContactAnswer, RecoveryContact
from accounts.models.role import Role
from accounts.models.staff_note import StaffNote
from accounts.models.staff_request import StaffRequest
from accounts.models.user import User

__all__ = [
    "Binding",
    "CaseApproval",
    "CaseState",
    "ContactAnswer",
    "EmailAddress",
    "Enrolment",
    "EventKind",
    "Invitation",
    "KnownBrowser",
    "LinkMail",
    "Membership",
    "OneTimeLink",
    "Organisation",
    "PhoneNumber",
    "RecoveryCase",
    "RecoveryCode",
    "RecoveryCodeSet",
    "RecoveryContact",
    "Role",
    "SecurityEvent",
    "SentCode",
    "StaffNote",
    "StaffRequest",
    "User",
]
