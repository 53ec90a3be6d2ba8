"""The demo people: made once, told every time, and in development only."""

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.management import CommandError, call_command

from accounts.models import RecoveryCode, SecurityEvent, User
from accounts.readiness import assessment, recommendations
from devices.models import Authenticator
from devices.models.authenticator import codes_of, step_now
from portal import demo
from portal.demo import ADA, BEN, ORGANISATION, PEOPLE, ROOT, SUE, DemoPerson
from tests.accounts.helpers import seen


@pytest.fixture
def said(db: None, settings: Any) -> str:
    settings.DEBUG = True
    return tell()


def tell() -> str:
    out = StringIO()
    call_command("demo", stdout=out)
    return out.getvalue()


def sign_in(client: Any, person: DemoPerson, next_url: str = "") -> Any:
    fields = {"email": person.email, "password": person.password, "next": next_url}
    answer = client.post("/sign-in/", fields)
    if not person.secret:
        return answer
    code = codes_of(person.secret, [step_now()])[0]
    return client.post("/sign-in/authenticator/", {"code": code})


def test_outside_development_there_are_none(db: None) -> None:
    with pytest.raises(CommandError, match="only in development"):
        tell()
    assert not User.objects.exists()


def test_the_command_tells_how_to_sign_in(said: str, settings: Any) -> None:
    for person in PEOPLE:
        assert person.email in said
        assert person.password in said
    assert ADA.key in said
    assert SUE.key in said
    assert f"{settings.PORTAL_ORIGIN}/outbox/" in said
    assert demo.unused_code(ADA) in said


def test_the_passwords_follow_the_portals_own_rules(said: str) -> None:
    for person in PEOPLE:
        validate_password(person.password, User(email=person.email))


def test_ada_signs_in_with_what_was_printed_and_is_well_protected(said: str, client: Any) -> None:
    assert sign_in(client, ADA).url == "/security/"
    text = client.get("/security/").text
    assert "Your account is well protected" in text
    assert recommendations.suggestions(assessment.of(User.objects.get(email=ADA.email))) == []


def test_ada_gets_in_with_the_printed_recovery_code(said: str, client: Any) -> None:
    client.post("/sign-in/", {"email": ADA.email, "password": ADA.password})
    code = demo.unused_code(ADA)
    client.post("/sign-in/recovery-code/", {"code": code})
    assert client.get("/security/").status_code == 200
    assert code not in tell()


def test_ben_has_only_a_password(said: str, client: Any) -> None:
    assert sign_in(client, BEN).url == "/security/"
    assert "Your password is all that protects" in client.get("/security/").text


def test_ada_sees_the_people_of_her_organisation(said: str, client: Any) -> None:
    assert sign_in(client, ADA, "/organisation/").url == "/organisation/"
    words = seen(client.get("/organisation/", follow=True))
    assert f"{BEN.email} Two-step verification is off." in words
    assert f"{SUE.email} Two-step verification is on." in words


def test_sue_opens_the_staff_pages(said: str, client: Any) -> None:
    assert sign_in(client, SUE, "/admin/").url == "/admin/"
    assert ADA.email in seen(client.get("/admin/accounts/"))


def test_a_second_run_touches_nothing_and_prints_nothing_that_was_changed(said: str) -> None:
    ada = User.objects.get(email=ADA.email)
    ada.set_password("another password of mine")
    ada.save()
    before = list(User.objects.order_by("pk").values()), SecurityEvent.objects.count()
    assert "another password of mine" not in said
    again = tell()
    assert ADA.password not in again
    assert "changed since" in again
    assert BEN.password in again
    assert (list(User.objects.order_by("pk").values()), SecurityEvent.objects.count()) == before


def test_when_every_code_is_used_none_is_printed(said: str) -> None:
    assert "recovery code" in said
    RecoveryCode.objects.update(used_at="2026-01-01T00:00:00Z")
    assert "recovery code" not in tell()


def test_root_enrols_ada_in_the_organisation(said: str, client: Any) -> None:
    assert sign_in(client, ROOT, "/admin/organisations/").url == "/admin/organisations/"
    assert ORGANISATION in seen(client.get("/admin/organisations/"))
    ada = User.objects.get(email=ADA.email)
    page = client.get(f"/admin/accounts/{ada.public_id}/enrol/")
    assert ORGANISATION in seen(page)


def test_a_changed_key_is_not_printed(said: str) -> None:
    authenticator = Authenticator.objects.get(user__email=SUE.email)
    authenticator.draw_secret()
    authenticator.save()
    assert SUE.key not in tell()
    assert ADA.key in tell()


def test_making_them_sends_no_mail(said: str, mailoutbox: list[Any]) -> None:
    assert mailoutbox == []
