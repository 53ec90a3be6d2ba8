"""The limits on backups, reached by many requests at the same moment at the running site."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

from devices.models import Vault
from tests.attacks.crowd import Crowd
from tests.backups import Backup, give_backup
from tests.live import at_once
from tests.people import Person
from tests.phones import App, give_app, grant

MANY = 20
CAP = settings.VAULTS_PUT_AWAY


def put_away(person: Person, count: int) -> None:
    """Let this many backups have been switched off."""
    end, state = timezone.now() + timedelta(days=14), Vault.State.OFF
    row = partial(Vault, user=person.user, epoch=1, head=1, state=state, ends_at=end)
    Vault.objects.bulk_create([row(public_id=uuid4()) for _each in range(count)])


def kept(person: Person) -> Counter[str]:
    """Count the person's backups by state."""
    return Counter(Vault.objects.filter(user=person.user).values_list("state", flat=True))


def codes(answers: list[Any]) -> Counter[Any]:
    """Count the answers by what they refuse, or by their status."""
    return Counter(
        answer.json()["code"] if answer.status_code >= 400 else answer.status_code
        for answer in answers
    )


def test_at_the_end_of_putting_away_none_slips_through(carol: Person, crowd: Crowd) -> None:
    apps = [App(app.installation, app.secret, visitor) for app, visitor in twins(carol, crowd)]
    put_away(carol, CAP)
    answers = at_once([Backup(app).make for app in apps])
    assert codes(answers) == {"too_many_vaults": MANY}
    assert kept(carol) == {"off": CAP}


def twins(person: Person, crowd: Crowd) -> list[tuple[App, Any]]:
    """One app of the person, once for each of many connections."""
    visitors = crowd(MANY)
    app = give_app(person, visitors[0])
    return [(app, visitor) for visitor in visitors]


def test_making_and_putting_away_at_once_stay_within_the_end(carol: Person, crowd: Crowd) -> None:
    apps = [App(app.installation, app.secret, visitor) for app, visitor in twins(carol, crowd)]
    put_away(carol, CAP - 1)
    acts: list[Callable[[], Any]] = [Backup(app).make for app in apps[: MANY // 2]]
    acts += [partial(app.delete, "vault") for app in apps[MANY // 2 :]]
    for _round in range(2):
        at_once(acts)
        found = kept(carol)
        assert found["on"] <= 1
        assert CAP - 1 <= found["off"] <= CAP
        assert sum(found.values()) <= CAP


def test_phones_that_freeze_at_once_put_no_more_away_than_there_is_room(
    carol: Person, crowd: Crowd
) -> None:
    give_backup(carol, crowd(1)[0])
    put_away(carol, 2 * CAP - 2)
    apps = [give_app(carol, visitor, f"Phone {n}") for n, visitor in enumerate(crowd(MANY // 2))]
    for app in apps:
        grant(app)
    answers = at_once([partial(Backup(app).make, freeze=True) for app in apps])
    assert codes(answers) == {201: 1, "too_many_vaults": MANY // 2 - 1}
    assert kept(carol) == {"on": 1, "off": 2 * CAP - 2, "frozen": 1}
    assert carol.kinds().count("backup:frozen") == 1


def test_of_many_acts_at_once_no_more_are_told_than_are_allowed(
    carol: Person, crowd: Crowd
) -> None:
    most = settings.VAULT_ACTS_AN_HOUR
    backup = give_backup(carol, crowd(1)[0])
    grant(backup.app)
    looked = {"mode": "view", "vault": backup.vault.id, "head": 1}
    visitors = crowd(MANY)
    apps = [App(backup.app.installation, backup.app.secret, visitor) for visitor in visitors]
    acts = [partial(app.post, "restore/complete", looked) for app in apps]
    answers = [*at_once(acts), *at_once(acts)]
    assert codes(answers) == {200: most, "too_many": 2 * MANY - most}
    assert carol.kinds().count("backup:opened") == most
