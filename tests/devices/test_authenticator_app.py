"""The authenticator app as the server gives it: to anyone, the same for everybody, all of it."""

import base64
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.authentication.proofs import Strength
from scripts import precache
from tests.people import Person, enter

PATHS = [
    "/authenticator/",
    "/authenticator/sw.js",
    "/authenticator/manifest.webmanifest",
    "/authenticator/version.json",
    "/authenticator/version.txt",
]
HASH = settings.BASE_DIR / "static" / "authenticator" / "HASH"

DUTCH = {"Accept-Language": "nl"}


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def given_list(client: Client, language: str = "") -> dict[str, Any]:
    """Read what the service worker is to keep."""
    script = client.get("/authenticator/sw.js", {"language": language}).content.decode()
    listed: dict[str, Any] = json.loads(script.partition(";\n")[0].removeprefix("self.LIST = "))
    return listed


@pytest.mark.parametrize("path", PATHS)
def test_it_asks_for_no_session_and_leaves_nothing(
    client: Client, alice: Person, django_assert_num_queries: DjangoAssertNumQueries, path: str
) -> None:
    stranger = Client().get(path, secure=True)
    enter(client, alice, Strength.TWO_STEP)
    with django_assert_num_queries(0):
        answer = client.get(path)
    assert answer.status_code == 200
    assert answer.content == stranger.content
    assert not stranger.cookies
    assert not answer.cookies
    assert "Cookie" not in answer.get("Vary", "")
    assert b"csrf" not in answer.content
    assert alice.address.encode() not in answer.content


def test_a_session_does_not_live_longer_by_it(client: Client, alice: Person) -> None:
    enter(client, alice, Strength.TWO_STEP)
    alice.user.sessions.update(last_seen_at=timezone.now() - 2 * settings.SESSION_TOUCH)
    before = alice.user.sessions.values_list("last_seen_at", flat=True).get()
    client.get("/authenticator/")
    assert alice.user.sessions.values_list("last_seen_at", flat=True).get() == before


def test_only_its_own_page_may_ask_for_the_camera(client: Client, db: None) -> None:
    assert "camera=(self)" in client.get("/authenticator/")["Permissions-Policy"]
    assert "microphone=()" in client.get("/authenticator/")["Permissions-Policy"]
    assert "camera=()" in client.get("/sign-in/")["Permissions-Policy"]


@pytest.mark.parametrize("path", PATHS)
def test_its_policy_is_as_strict_as_everywhere(client: Client, db: None, path: str) -> None:
    policy = "Content-Security-Policy"
    assert client.get(path)[policy] == client.get("/sign-in/")[policy]


def test_webassembly_is_allowed_to_the_key_derivation_alone(client: Client, db: None) -> None:
    policy = client.get("/authenticator/kdf.js")["Content-Security-Policy"]
    usual = client.get("/authenticator/")["Content-Security-Policy"]
    assert policy.replace(" 'wasm-unsafe-eval'", "") == usual
    assert "script-src 'self' 'wasm-unsafe-eval'" in policy


def test_every_file_it_keeps_is_served_with_the_hash_it_lists(client: Client, db: None) -> None:
    files = given_list(client)["files"]
    assert len(files) > 20
    for path, digest in files.items():
        answer = client.get(path)
        body = b"".join(answer) if answer.streaming else answer.content
        assert base64.b64encode(hashlib.sha256(body).digest()).decode() == digest, path


def test_the_first_visit_costs_less_than_a_photograph(client: Client, db: None) -> None:
    """All that is kept, as it travels, but for the WebAssembly that only a passphrase asks for."""
    static = settings.BASE_DIR / "static"
    files = [path.removeprefix("/static/") for path in given_list(client)["files"]]
    kept = [static / path for path in files if not path.startswith(("/", "vendor/hash-wasm/"))]
    assert len(kept) > 90
    size = sum(len(gzip.compress(path.read_bytes())) for path in kept)
    page = len(gzip.compress(client.get("/authenticator/").content))
    assert size + page < 300_000


def test_every_module_and_sheet_it_needs_is_kept(client: Client, db: None) -> None:
    files = set(given_list(client)["files"])
    own = settings.BASE_DIR / "static" / "authenticator"
    modules = {f"/static/authenticator/{path.relative_to(own)}" for path in own.rglob("*.js")}
    elsewhere = {"/static/authenticator/sw.js", "/static/authenticator/core/kdf/kdf-worker.js"}
    assert modules - files == elsewhere
    page = client.get("/authenticator/").content.decode()
    for word in page.split('"'):
        if word.startswith("/static/") and word.endswith((".css", ".js")):
            assert word in files


def test_page_and_hash_belong_together_in_every_language(client: Client, db: None) -> None:
    dutch, english = given_list(client, "nl"), given_list(client, "en")
    assert (dutch["language"], english["language"]) == ("nl", "en")
    assert dutch["version"] != english["version"]
    for listed in (dutch, english):
        page = Client(headers={"Accept-Language": listed["language"]}).get(PATHS[0], secure=True)
        digest = base64.b64encode(hashlib.sha256(page.content).digest()).decode()
        assert listed["files"][PATHS[0]] == digest
        assert f'<html lang="{listed["language"]}">' in page.text


def test_without_a_language_it_knows_the_list_is_in_that_of_the_browser(
    client: Client, db: None
) -> None:
    assert given_list(client, "xx")["language"] == "en"
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "nl"
    assert given_list(client)["language"] == given_list(client, "xx")["language"] == "nl"


def test_the_page_brings_the_words_of_its_scripts(client: Client, db: None) -> None:
    def words(**headers: str) -> Any:
        page = client.get(PATHS[0], headers=headers).text
        _before, _id, rest = page.partition('<script id="words" type="application/json">')
        return json.loads(rest.partition("</script>")[0])

    assert words() == {}
    one, many = words(**DUTCH)["%(count)s account is on this phone."]
    assert one.startswith("Op deze telefoon staat")
    assert many.startswith("Op deze telefoon staan")


def test_anybody_can_compute_the_version_that_the_portal_publishes(
    client: Client, db: None
) -> None:
    for language in ("en", "nl"):
        published = client.get("/authenticator/version.json", {"language": language}).json()
        listed = client.get(published["listing"]).text
        assert published["language"] == language
        assert published["version"] == sha256(listed)
        shared = [line for line in listed.splitlines(keepends=True) if "  /static/" in line]
        assert published["release"] == sha256("".join(shared)) == HASH.read_text().strip()
        script = client.get("/authenticator/sw.js", {"language": language}).text
        assert published["worker"] == sha256(script.partition("\n")[2])
        kept = given_list(client, language)["files"]
        lines = [f"{base64.b64decode(kept[path]).hex()}  {path}\n" for path in sorted(kept)]
        assert listed == "".join(lines)


def test_the_hash_in_the_repository_follows_every_file(tmp_path: Path) -> None:
    files = precache.listed()
    before = precache.hash_of(files)
    assert before == HASH.read_text().strip()
    changed = tmp_path / "clock.js"
    changed.write_text((precache.STATIC / "authenticator" / "otp" / "clock.js").read_text() + " ")
    files["authenticator/otp/clock.js"] = precache.sha256(changed)
    assert precache.hash_of(files) != before
