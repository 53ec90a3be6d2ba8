"""Every advice in every notice, followed to the letter, leaves the thief out."""

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client, TestCase

from accounts.activity import events
from accounts.activity.origin import Origin
from accounts.authentication.proofs import Strength
from accounts.models import EventKind
from devices.models import Phone
from tests.accounts.helpers import is_in
from tests.attacks.test_thief_and_owner import link_phone
from tests.links import open_link, press_not_me
from tests.notices import DETAILS, HERE, NOTICES
from tests.people import Person, enter

LINK = re.compile(r"https?://[^/\s]+(/report/\S+)")
# These tell of what staff did, of what a button took back, or of nothing that anybody did: whom to
# ask, or what to look at, stands in them.
NOTHING_TO_STOP = {
    "account:frozen",
    "account:locked",
    "account:named_by_staff",
    "account:recovered_on_host",
    "account:role_given",
    "account:staff_granted",
    "account:staff_revoked",
    "account:unlocked",
    "app:silent",
    *(kind for kind in NOTICES if kind.startswith("case:")),  # see test_recovery_cases
    "dispute:begun",  # its own page says who decides, and when
    "dispute:decided_by_staff",
    "dispute:ended",
    "hold:cancelled",
    "notice:reported",
    "recovery_contact:declined",  # what the contact did, in an account of their own
    "recovery_contact:left",
    "organisation:manager_given",
    "organisation:left",
    "organisation:restored",  # what a report of a thief brought back
    "organisation:manager_taken",
    "passkey:removed_by_staff",
    "password:required_by_staff",
    "phone:unlinked_by_staff",
    "recovery_codes:discarded_by_staff",
    "session:ended_by_staff",
    "sessions:ended_by_staff",
    "staff:offered_case",  # nothing is open yet; the notice of the case itself has the stop
    "staff:sent_reset",
    "work:approved",
    "work:declined",
    "work:ended",
}


@pytest.mark.parametrize("kind", NOTICES)
def test_following_a_notice_leaves_the_thief_out(
    alice: Person, client: Client, new_client: Callable[..., Client], kind: EventKind
) -> None:
    enter(client, alice, Strength.RECOVERED)
    phone = link_phone(client)
    mail.outbox.clear()
    session = str(client.session.public_id)  # type: ignore[attr-defined] # it is our engine's
    with TestCase.captureOnCommitCallbacks(execute=True):
        events.record(alice.user, kind, origin=Origin(HERE, session), **DETAILS)
    text = str(mail.outbox[0].body)
    found = LINK.findall(text)
    if kind in NOTHING_TO_STOP:
        assert not found
        return
    owner = new_client()
    assert open_link(owner, found[0]).status_code == 200
    assert Phone.objects.filter(pk=phone.pk).exists()
    assert is_in(client)
    assert press_not_me(owner, found[0]).status_code == 200
    assert not Phone.objects.filter(pk=phone.pk).exists()
    assert not is_in(client)
    assert alice.reload().frozen_at
    assert press_not_me(owner, found[0]).status_code == 400
