"""The sealing keys are rotated as docs/operating.md says, and the wrong way round."""

import subprocess
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import models
from django.test import Client

from accounts.authentication import throttling
from core.keys.key_check import WrongKeys, judge, judge_if_possible
from core.keys.sealed import SealedField
from core.limits.counters import FailureCount, LimitReached, Rate, RateWindow
from core.models import KeyCheck
from core.startup import checks
from devices.models import Authenticator
from tests.accounts.helpers import ask, code_to, mailbox, type_code
from tests.people import Person, give_phone
from tests.phones import give_app

ROOT = Path(__file__).resolve().parent.parent.parent
BEAT = {"unsaved": 0, "accounts": 1, "version": None}


def run(*command: str, **options: Any) -> str:
    said = StringIO()
    call_command(*command, stdout=said, stderr=said, **options)
    return said.getvalue().strip()


@pytest.fixture
def old(settings: LazySettings, db: None) -> str:
    judge_if_possible()
    return str(settings.SEALING_KEYS[0])


def step_in(client: Client, person: Person, code: str) -> Any:
    client.post("/sign-in/", {"email": person.address, "password": person.password})
    return client.post("/sign-in/authenticator/", {"code": code})


def test_the_documented_rotation_loses_nothing(
    settings: LazySettings, old: str, alice: Person, bob: Person, new_client: Callable[..., Client]
) -> None:
    app = give_app(alice, new_client())
    budget = throttling.budget_of(bob.user, "authenticator")
    for _each in range(settings.FAILURES_BEFORE_OFF):
        FailureCount.objects.update(blocked_until_ms=0)
        budget.reserve()
    new = run("sealing_key")
    settings.SEALING_KEYS = [new, old]
    judge()
    assert app.post("heartbeat", BEAT).status_code == 200
    assert "you can remove the others" in run("reseal")
    settings.SEALING_KEYS = [new]
    judge()
    assert app.post("heartbeat", BEAT).status_code == 200
    assert step_in(new_client(), alice, alice.fresh_code()).status_code == 302
    assert b"turned this method off" in step_in(new_client(), bob, bob.fresh_code()).content


def test_an_app_that_called_before_needs_no_call_in_between(
    settings: LazySettings, old: str, alice: Person, client: Client
) -> None:
    app = give_app(alice, client)
    app.post("heartbeat", BEAT)
    settings.SEALING_KEYS = [run("sealing_key"), old]
    run("reseal")
    settings.SEALING_KEYS = settings.SEALING_KEYS[:1]
    assert app.post("heartbeat", BEAT).status_code == 200


def test_an_app_that_never_called_is_told_of(
    settings: LazySettings, old: str, alice: Person, client: Client
) -> None:
    app = give_app(alice, client)
    settings.SEALING_KEYS = [run("sealing_key"), old]
    said = run("reseal")
    assert "1 linked apps have not called yet" in said
    assert "Keep the older keys" in said
    app.post("heartbeat", BEAT)
    assert "you can remove the others" in run("reseal")


def test_a_code_on_its_way_is_good_with_both_keys_and_told_of(
    settings: LazySettings, old: str, alice: Person, client: Client
) -> None:
    client.post("/sign-in/", {"email": alice.address, "password": alice.password})
    ask(client, mailbox(alice))
    code = code_to(mailbox(alice).address)
    settings.SEALING_KEYS = [run("sealing_key"), old]
    assert "Codes on their way can be typed until" in run("reseal")
    assert type_code(client, code).status_code == 302


def test_rates_go_on_with_both_keys_and_after(settings: LazySettings, old: str) -> None:
    rate = Rate("test", 3, timedelta(days=1))
    rate.take("x")
    settings.SEALING_KEYS = [run("sealing_key"), old]
    rate.take("x")
    assert RateWindow.objects.count() == 1
    rate.take("x")
    run("reseal")
    settings.SEALING_KEYS = settings.SEALING_KEYS[:1]
    with pytest.raises(LimitReached):
        rate.take("x")


def test_counts_of_both_keys_add_up(settings: LazySettings, old: str, alice: Person) -> None:
    budget, new = throttling.budget_of(alice.user, "authenticator"), run("sealing_key")
    budget.reserve()
    settings.SEALING_KEYS = [new]  # a process that was restarted, beside one that was not
    budget.reserve()
    settings.SEALING_KEYS = [new, old]
    assert budget.failures == 2
    assert budget.reserve() == 3
    assert FailureCount.objects.count() == 1


# --- The wrong way round ------------------------------------------------------------------------


def test_two_keys_of_one_name_stop_the_start(settings: LazySettings, old: str) -> None:
    name, _, key = run("sealing_key").partition(":")
    settings.SEALING_KEYS = [f"{name}:{key}", f"{name}:{old.partition(':')[2]}"]
    with pytest.raises(ImproperlyConfigured, match=f"two keys {name}"):
        checks.refuse_unsafe_settings()


def test_the_old_key_dropped_too_early_stops_the_start(
    settings: LazySettings, old: str, alice: Person, client: Client
) -> None:
    settings.SEALING_KEYS = [run("sealing_key")]
    with pytest.raises(ImproperlyConfigured, match="sealed with the key tests"):
        checks.refuse_wrong_keys()
    answer = client.get("/readyz")
    assert (answer.status_code, b"SEALING_KEYS" in answer.content) == (503, True)
    with pytest.raises(CommandError, match="SEALING_KEYS"):
        run("deliver", once=True)
    with pytest.raises(CommandError, match="Could not open"):
        run("reseal")
    with pytest.raises(WrongKeys):
        judge()
    settings.SEALING_KEYS = [old]
    judge()


def test_the_new_key_behind_the_old_one_stops_the_start_once_that_is_gone(
    settings: LazySettings, old: str, alice: Person
) -> None:
    new = run("sealing_key")
    settings.SEALING_KEYS = [old, new]
    run("reseal")
    settings.SEALING_KEYS = [new]
    with pytest.raises(WrongKeys):
        judge()


def test_a_database_of_before_is_tried_by_what_it_holds(
    settings: LazySettings, old: str, alice: Person
) -> None:
    KeyCheck.objects.all().delete()
    settings.SEALING_KEYS = [run("sealing_key")]
    with pytest.raises(WrongKeys, match="authenticator secrets"):
        judge()
    with pytest.raises(WrongKeys):
        judge_if_possible()
    assert not KeyCheck.objects.exists()


def test_two_keys_that_had_one_name_are_told_apart_by_reseal(
    settings: LazySettings, old: str, alice: Person, bob: Person
) -> None:
    name, _, key = old.partition(":")
    settings.SEALING_KEYS = [f"{name}:{run('sealing_key').partition(':')[2]}"]
    give_phone(bob, "Made under the second key of that name")
    settings.SEALING_KEYS = [run("sealing_key"), *settings.SEALING_KEYS, f"before:{key}"]
    assert "authenticator secrets: 3 checked, 3 sealed again, 0 not opened" in run("reseal")
    settings.SEALING_KEYS = settings.SEALING_KEYS[:1]
    assert [row.secret for row in Authenticator.objects.all()]


def test_losses_are_accepted_only_when_asked(
    settings: LazySettings, old: str, alice: Person
) -> None:
    settings.SEALING_KEYS = [run("sealing_key")]
    with pytest.raises(CommandError, match="--accept-losses"):
        run("reseal")
    run("reseal", accept_losses=True)
    judge()


# --- What cannot be checked ---------------------------------------------------------------------


def test_a_code_that_cannot_be_checked_is_told_so_and_counts_nothing(
    settings: LazySettings, old: str, alice: Person, client: Client
) -> None:
    code = alice.fresh_code()
    settings.SEALING_KEYS = [run("sealing_key")]
    for _each in range(settings.FAILURES_BEFORE_OFF // 10):
        answer = step_in(client, alice, code)
        assert "can’t check this code right now" in answer.content.decode()
    settings.SEALING_KEYS = [old]
    assert throttling.budget_of(alice.user, "authenticator").failures == 0
    assert "sign_in:code_failed" not in alice.kinds()
    assert step_in(client, alice, code).status_code == 302


def test_one_unreadable_phone_makes_guesses_at_another_no_cheaper(
    old: str, alice: Person, client: Client
) -> None:
    lost = give_phone(alice, "Second")
    Authenticator.objects.filter(pk=lost.pk).update(sealed_secret=b"x" * 60)
    answer = step_in(client, alice, alice.wrong_code())
    assert "can’t check this code right now" in answer.content.decode()
    assert throttling.budget_of(alice.user, "authenticator").failures == 1
    assert step_in(client, alice, alice.fresh_code()).status_code == 302


# --- As written ---------------------------------------------------------------------------------


def test_the_command_of_the_sample_file_draws_a_new_name_each_time() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    command = next(line[1:].strip() for line in lines if "b64encode" in line)
    drawn = {
        subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout
        for _each in range(2)
    }
    assert len({entry.partition(":")[0] for entry in drawn}) == 2


def test_every_column_of_sealed_values_is_known_to_reseal() -> None:
    columns = [field for model in apps.get_models() for field in model._meta.local_fields]
    sealed = [each for each in columns if "sealed" in each.name and "at" not in each.name]
    binary = [each for each in sealed if isinstance(each, models.BinaryField)]
    assert binary
    assert not [str(each) for each in binary if not isinstance(each, SealedField)]
