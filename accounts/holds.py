"""The hold: what was bound in a recovered session proves little until it is over."""

from accounts import events
from accounts.models import User
from accounts.proofs import Proof, Strength
from accounts.steps import second_steps
from portal.http import Client


def end_if_proved(user: User, proofs: list[Proof], *, client: Client, session: str = "") -> int:
    """Let a strong proof of an older factor end every hold; return how many factors that freed."""
    if user.held_until is None or max(proof.strength for proof in proofs) < Strength.TWO_STEP:
        return 0
    User.objects.filter(pk=user.pk, held_until=user.held_until).update(held_until=None)
    freed = sum(step.release_hold(user) for step in second_steps())
    if freed:
        events.record(user, "hold:ended", client=client, session=session, factors=freed)
    return freed
