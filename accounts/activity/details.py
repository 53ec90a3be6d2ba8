"""What an event may remember besides its kind: one list, so that misspelling is a type error."""

from typing import TypedDict


class Details(TypedDict, total=False):
    """Names, ids and counts, never a secret; what is not known of an event is not there.

    Moments are in ISO 8601. Lists of names are those of phones and passkeys at that moment.
    """

    # What it was about
    phone: str
    phones: list[str]
    passkey: str
    address: str
    number: str
    browser: str
    agent: str
    organisation: str
    organisation_id: str  # its public id, for what is undone later
    reworded: bool  # its name or contact changed, however it is masked
    before: str  # the name of before
    name: str
    names: list[str]
    method: str  # slug of a sign-in method, or of what was added (`accounts.activity.names`)
    methods: list[str]
    change: str
    strength: int  # of a `Strength`: what the session had proved
    reason: str  # of staff, in their words
    role: str  # name of a `Role`, in small letters
    role_before: str
    account: str  # public id of whom an administrator gave a role
    contact: str  # public id of a recovery contact
    # What an organisation's details were, and are
    name_before: str
    name_after: str
    help_before: str
    help_after: str
    rules_before: dict[str, str]  # what it asks of its people, as in `organisation_policy.RULES`
    rules_after: dict[str, str]
    # What went, and what comes back
    sessions: int
    trusted: int
    untrusted: int
    browsers: int
    factors: int
    authenticators: int
    accounts: int
    unsaved: int
    saved: str
    days: int
    lost: bool
    wipe: bool
    locks: bool
    keeps: bool
    own_code: bool
    without_codes: list[str]
    apps: list[str]  # public ids
    replaced_by: str
    kept: list[str]
    kept_until: str
    kept_factors: int
    also_phones: list[str]
    also_passkeys: list[str]
    also_apps: list[str]
    also_authenticators: int
    also_kept_factors: int
    # What its notice needs
    binding: str  # public id
    event: str  # public id of the one that was reported
    until: str
    case: str  # public id of a recovery case
    waits: str
    again: bool
    backup: bool
    replaces: bool
