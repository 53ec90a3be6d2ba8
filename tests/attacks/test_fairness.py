"""One person's thousand notices, over a real mail server: the codes of others come all the same."""

import time
from datetime import timedelta

from django.utils import timezone

from accounts.models import SecurityEvent
from core.outbox.models import Channel, Message
from tests import figures
from tests.live import LiveSite, fresh_address
from tests.live.sinks import body_of
from tests.people import PASSWORD, Person

NOTICES = 1300
SECONDS = 10.0


def test_the_code_of_a_stranger_comes_before_a_thousand_notices(
    live: LiveSite, alice: Person
) -> None:
    """As if nothing joined the notices: only their order is left."""
    now, details = timezone.now(), {"phone": "Pixel"}
    event = SecurityEvent.objects.create(user=alice.user, kind="phone:linked", details=details)
    Message.objects.bulk_create(
        Message(
            channel=Channel.EMAIL,
            recipient=alice.address,
            kind="phone:linked",
            context={"event": str(event.public_id)},
            user_id=alice.user.pk,
            is_urgent=False,
            created_at=now,
            next_attempt_at=now,
            expires_at=now + timedelta(minutes=5),
        )
        for _each in range(NOTICES)
    )
    live.mail.wait_for(alice.address)
    address, visitor = fresh_address("new"), live.visitor()
    visitor.post("/sign-up/", {"email": address, "password": PASSWORD})
    asked = time.perf_counter()
    code = live.mail.wait_for(address, SECONDS)
    figures.note(f"a code came {time.perf_counter() - asked:.2f} s after {NOTICES} notices queued")
    assert "code" in body_of(code)
    waiting = Message.objects.filter(recipient=alice.address, status="queued")
    assert waiting.exists(), "the notices were still on their way"
    waiting.delete()
    visitor.close()
