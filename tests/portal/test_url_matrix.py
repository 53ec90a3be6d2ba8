"""Every URL of the site, asked by everybody: a URL that is not in the table fails.

The roles: `anonymous`; `half` typed the right password only; `stranger` is bob, fully signed in,
with alice's ids in the URL; `stale` is alice whose proofs are older than `STEP_UP_AGE`; `weak` is a
member of staff whose session never proved a strong step; `trusted` is alice in a browser that she
trusts, without a second step; `full` is alice, signed in just now.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from pytest_django import Settings

from accounts import organisation_policy
from accounts.activity import events
from accounts.activity.origin import HOST
from accounts.authentication.proofs import Strength
from accounts.models import EventKind, Organisation, RecoveryContact
from devices.backups.apps import app_linking
from devices.models import Phone, Session
from devices.sessions.engine import SessionStore
from tests import phones
from tests.live import fresh_address
from tests.people import Person, enter, enter_by_trust, give_passkey, give_phone, trust
from tests.phones import give_app
from tests.portal.alone import alone
from tests.portal.dutch import english_in, words_of
from tests.portal.untouched import untouched
from tests.work import give_enrolment

ROLES = (
    "anonymous",
    "half",
    "stranger",
    "weak",
    "trusted",
    "stale",
    "full",
)  # who changes least, first
Browsers = Callable[..., Client]

PAGE = "200"
FORM = "200"
SIGN_IN = "to /sign-in/"
CONFIRM = "to /confirm/"
OVERVIEW = "to /security/"
GONE = "404"
WRONG_METHOD = "405"


@dataclass(frozen=True)
class Row:
    """What each role gets by GET and by POST with an empty form; HEAD is as GET, or 405.

    An answer is a status, or "to " and the beginning of where it leads; several are joined by "|".
    """

    get: dict[str, str]
    post: dict[str, str]


def closed(get: str, post: str, **other: str) -> Row:
    """Return the row of a page behind the sign-in; `other` are answers by role or role_method."""
    table: dict[str, dict[str, str]] = {}
    other = {"trusted": CONFIRM, **other}
    for method, answer in (("get", get), ("post", post)):
        table[method] = {
            role: SIGN_IN if role in ("anonymous", "half") else answer for role in ROLES
        }
        table[method] |= {role: other[role] for role in ROLES if role in other}
        keys = {f"{role}_{method}": role for role in ROLES}
        table[method] |= {role: other[key] for key, role in keys.items() if key in other}
    return Row(**table)


def public(get: str, post: str, **other: str) -> Row:
    """Return the row of a page that needs no sign-in."""
    return seen(
        get,
        post,
        **{
            "anonymous_get": get,
            "half_get": get,
            "anonymous_post": post,
            "half_post": post,
            **other,
        },
    )


def seen(get: str, post: str, **other: str) -> Row:
    """Return the row of a page that may be seen on the word of a trusted browser."""
    return closed(get, post, **{"trusted_get": get, "trusted_post": post, **other})


def guarded(get: str, post: str, **other: str) -> Row:
    """Return the row of an act that needs a fresh strong proof."""
    stale = {"stale_get": CONFIRM, "stale_post": CONFIRM, "weak_get": CONFIRM, "weak_post": CONFIRM}
    return closed(get, post, **{**stale, **other})


def fresh(get: str, post: str, **other: str) -> Row:
    """Return the row of an act that any fresh second step allows."""
    return closed(get, post, **{"stale_get": CONFIRM, "stale_post": CONFIRM, **other})


def managed(get: str, post: str) -> Row:
    """Return the row of a page of who manages alice's organisation, which she alone does."""
    table: dict[str, str] = {}
    for method, answer in (("get", get), ("post", post)):
        if answer != WRONG_METHOD:
            table |= {
                f"stale_{method}": CONFIRM,
                f"stranger_{method}": GONE,
                f"weak_{method}": GONE,
            }
    return closed(get, post, **table)


NOT_HERS = {"stranger": GONE}
NOT_THEIRS = {"stranger": GONE, "weak": GONE}
STAFF = dict.fromkeys(("stranger", "stale", "full"), GONE) | {"weak": CONFIRM}
TABLE: dict[str, Row] = {
    "home": seen(OVERVIEW, WRONG_METHOD),
    "overview": seen(PAGE, WRONG_METHOD),
    "brand_style": public(PAGE, WRONG_METHOD),
    "brand_logo": public(GONE, WRONG_METHOD),
    "healthz": public(PAGE, WRONG_METHOD),
    "passkey_endpoints": public(PAGE, WRONG_METHOD),
    "robots": public(PAGE, WRONG_METHOD),
    "security_txt": public(GONE, WRONG_METHOD),
    "wk_change_password": public("to /security/password/", WRONG_METHOD),
    "readyz": public(PAGE, WRONG_METHOD),
    "accounts:sign_in": seen(OVERVIEW, FORM, anonymous=FORM, half=FORM),
    "accounts:another_way": seen(
        SIGN_IN, WRONG_METHOD, half_get=PAGE, anonymous_post=WRONG_METHOD, half_post=WRONG_METHOD
    ),
    "accounts:lost_phone": seen(
        "to /devices/lost/",
        "to /devices/lost/",
        anonymous_get=PAGE,
        half_get=PAGE,
        half_post="to /sign-in/another-way/",
    ),
    "accounts:sign_in_mail": public(FORM, FORM),
    "accounts:sign_in_link": public(FORM, FORM),
    "accounts:sign_in_step": seen(SIGN_IN, SIGN_IN, half=FORM),
    "accounts:message_fate": public(GONE, WRONG_METHOD),
    "accounts:step_options": public(WRONG_METHOD, GONE),
    "accounts:sign_out": public(WRONG_METHOD, SIGN_IN),
    "accounts:sign_up": seen(OVERVIEW, OVERVIEW, anonymous=FORM, half=FORM),
    "accounts:sign_up_confirm": public("to /sign-up/", "to /sign-up/"),
    "accounts:sign_up_fate": public(GONE, WRONG_METHOD),
    "accounts:reset_password": public(FORM, FORM),
    "accounts:reset_sent": public(PAGE, WRONG_METHOD),
    "accounts:reset_link": public(FORM, FORM),
    "accounts:reset_new": public("400", "400"),
    "accounts:invitation": seen(OVERVIEW, OVERVIEW, anonymous=GONE, half=GONE),
    "accounts:invitation_link": public(FORM, FORM),
    "accounts:join_organisation": guarded(GONE, GONE),
    "accounts:set_up_link": public(FORM, FORM),
    "accounts:set_up": closed("to /security/two-step/", "to /security/two-step/"),
    "accounts:confirm": seen(CONFIRM, CONFIRM),
    "accounts:confirm_another_way": seen(PAGE, WRONG_METHOD),
    "accounts:confirm_step": seen(FORM, FORM),
    "accounts:once_more": closed(OVERVIEW, WRONG_METHOD),
    "accounts:confirm_fate": seen(GONE, WRONG_METHOD),
    "accounts:confirm_options": seen(WRONG_METHOD, GONE),
    "accounts:two_step": seen(PAGE, PAGE),
    "accounts:two_step_on": closed(WRONG_METHOD, OVERVIEW, weak_post=CONFIRM),
    "accounts:two_step_off": guarded(PAGE, "to /security/two-step/"),
    "accounts:decline_step": guarded(
        WRONG_METHOD, "to /security/two-step/", stale_get=WRONG_METHOD, weak_get=WRONG_METHOD
    ),
    "accounts:accept_step": guarded(
        WRONG_METHOD, "to /security/two-step/", stale_get=WRONG_METHOD, weak_get=WRONG_METHOD
    ),
    "accounts:unused_not_now": closed(WRONG_METHOD, OVERVIEW),
    "accounts:recovery_codes": closed(PAGE, FORM),
    "accounts:recovery_codes_new": closed(
        WRONG_METHOD, "to /security/recovery-codes/", stale_post=CONFIRM
    ),
    "accounts:recovery_codes_discard": guarded(
        WRONG_METHOD,
        "to /security/recovery-codes/",
        stale_get=WRONG_METHOD,
        weak_get=WRONG_METHOD,
    ),
    "accounts:recovery_codes_download": closed(GONE, WRONG_METHOD),
    "accounts:change_password": fresh(FORM, FORM),
    "accounts:contact": closed(PAGE, WRONG_METHOD),
    "accounts:add_address": guarded(FORM, FORM),
    "accounts:add_number": guarded(FORM, FORM),
    "accounts:confirm_contact": closed(FORM, FORM, **NOT_THEIRS),
    "accounts:resend_contact": closed(
        WRONG_METHOD, "to /security/contact/", stranger_post=GONE, weak_post=GONE
    ),
    "accounts:remove_contact": guarded(PAGE, "to /security/contact/", **NOT_HERS),
    "accounts:make_primary": guarded(
        WRONG_METHOD,
        "to /security/contact/",
        stranger_post=GONE,
        stale_get=WRONG_METHOD,
        weak_get=WRONG_METHOD,
    ),
    "accounts:language": public(PAGE, PAGE),
    "accounts:not_me": public(FORM, FORM),
    "accounts:not_me_in_path": public("to /report/#", WRONG_METHOD),
    "accounts:fire_drill": closed(PAGE, WRONG_METHOD),
    "accounts:held": closed(OVERVIEW, "to /security/added/", stale=CONFIRM),
    "accounts:activity": seen(PAGE, WRONG_METHOD),
    "devices:where_is_your_phone": closed(PAGE, WRONG_METHOD),
    "devices:well_known_webauthn": public(PAGE, WRONG_METHOD),
    "devices:passkey_alone": public(WRONG_METHOD, SIGN_IN),
    "devices:passkey_alone_options": public(WRONG_METHOD, PAGE),
    "devices:add_passkey": fresh(FORM, FORM),
    "devices:add_passkey_options": closed(WRONG_METHOD, PAGE, stale_post=CONFIRM),
    "devices:passkey_not_now": closed(WRONG_METHOD, OVERVIEW),
    "devices:rename_passkey": fresh(FORM, FORM, **NOT_THEIRS),
    "devices:remove_passkey": guarded(PAGE, "to /devices/|to /sign-in/", **NOT_HERS),
    "accounts:recover": public(FORM, FORM),
    "accounts:recover_code": public("to /recover/", "to /recover/"),
    "accounts:recover_fate": public(GONE, WRONG_METHOD),
    "accounts:case": public("to /recover/", "to /recover/"),
    "accounts:case_link": public(FORM, FORM),
    "accounts:case_mailbox": public("to /recover/case/", "to /recover/case/"),
    "accounts:case_mailbox_code": public("to /recover/case/", "to /recover/case/"),
    "accounts:case_mailbox_fate": public(GONE, WRONG_METHOD),
    "accounts:recover_link": public(FORM, FORM),
    "accounts:stop_case": public(FORM, FORM),
    "accounts:case_new_password_link": public(FORM, FORM),
    "accounts:recovery_contacts": closed(PAGE, WRONG_METHOD),
    "accounts:ask_recovery_contact": guarded(FORM, FORM),
    "accounts:remove_recovery_contact": guarded(
        PAGE, "to /security/recovery-contacts/", **NOT_HERS
    ),
    "accounts:answer_recovery_contact": closed(WRONG_METHOD, GONE),
    "accounts:recovery_question": guarded(
        "to /security/recovery-contacts/", "to /security/recovery-contacts/"
    ),
    "accounts:own_case": closed(PAGE, FORM),
    "accounts:case_new_password": public("400", "400"),
    "admin:log": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:export_log": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:cases": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:case": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:approve_case": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:decline_case": closed(CONFIRM, CONFIRM, **STAFF),
    "devices:index": seen(PAGE, WRONG_METHOD),
    "devices:help_desk": seen(PAGE, WRONG_METHOD),
    "devices:link_phone": fresh(FORM, FORM),
    "devices:confirm_phone": fresh(FORM, FORM, **NOT_THEIRS),
    "devices:lost": fresh(PAGE, "to /devices/lost/"),
    "devices:new_phone": fresh(FORM, FORM),
    "devices:suspend_phone": fresh(PAGE, "to /devices/|to /sign-in/", **NOT_THEIRS),
    "devices:take_back_phone": fresh(PAGE, "to /devices/", **NOT_THEIRS),
    "devices:rename_phone": fresh(FORM, FORM, **NOT_THEIRS),
    "devices:take_back_own": seen(SIGN_IN, SIGN_IN, half="to /sign-in/another-way/"),
    "devices:dispute": closed(OVERVIEW, OVERVIEW),
    "devices:unlink_phone": guarded(PAGE, "to /devices/unlinked/|to /sign-in/", **NOT_HERS),
    "devices:call_off": fresh(
        WRONG_METHOD,
        "to /devices/",
        stale_get=WRONG_METHOD,
        stranger_post=GONE,
        weak_post=GONE,
    ),
    "devices:unlinked": closed(PAGE, WRONG_METHOD, stranger_get=GONE, weak_get=GONE),
    "devices:rename_session": fresh(FORM, FORM, **NOT_THEIRS),
    "devices:authenticator": public(PAGE, WRONG_METHOD),
    "devices:authenticator_kdf": public(PAGE, WRONG_METHOD),
    "devices:authenticator_worker": public(PAGE, WRONG_METHOD),
    "devices:authenticator_manifest": public(PAGE, WRONG_METHOD),
    "devices:authenticator_version": public(PAGE, WRONG_METHOD),
    "devices:authenticator_listing": public(PAGE, WRONG_METHOD),
    "api:vault": public("401", "401"),
    "api:vault_head": public(WRONG_METHOD, WRONG_METHOD),
    "api:vault_verified": public(WRONG_METHOD, "401"),
    "api:vault_undelete": public(WRONG_METHOD, "401"),
    "api:vault_versions": public("401", WRONG_METHOD),
    "api:vault_version": public("401", WRONG_METHOD),
    "api:vault_version_pin": public(WRONG_METHOD, "401"),
    "api:vault_slot": public(WRONG_METHOD, WRONG_METHOD),
    "api:vault_slot_opened": public(WRONG_METHOD, "401"),
    "api:vault_late": public("401", "401"),
    "api:vault_late_change": public(WRONG_METHOD, WRONG_METHOD),
    "api:vault_slots": public("401", WRONG_METHOD),
    "api:vault_slot_back": public(WRONG_METHOD, "401"),
    "api:vault_tag": public(WRONG_METHOD, "401"),
    "api:restore_slots": public("401", WRONG_METHOD),
    "api:restore_prove": public(WRONG_METHOD, "401"),
    "api:password": public("401", "401"),
    "api:restore_offers": public("401", WRONG_METHOD),
    "api:restore_complete": public(WRONG_METHOD, "401"),
    "api:restore_versions": public("401", WRONG_METHOD),
    "api:restore_version": public("401", WRONG_METHOD),
    "api:transfers": public(WRONG_METHOD, "401"),
    "api:transfer": public("401", WRONG_METHOD),
    "api:link_look": public(WRONG_METHOD, "422"),
    "api:link_claim": public(WRONG_METHOD, "422"),
    "api:link": public("401", WRONG_METHOD),
    "api:heartbeat": public(WRONG_METHOD, "401"),
    "api:command_lock": public(WRONG_METHOD, "401"),
    "api:command_locked": public(WRONG_METHOD, "401"),
    "api:command_opened": public(WRONG_METHOD, "401"),
    "api:command_done": public(WRONG_METHOD, "401"),
    "devices:link_app": fresh(FORM, FORM),
    "devices:recover_app": fresh(FORM, FORM),
    "devices:confirm_app": fresh(FORM, FORM, **NOT_THEIRS),
    "devices:app_state": closed(PAGE, WRONG_METHOD, stranger_get=GONE, weak_get=GONE),
    "devices:stop_grant": seen(WRONG_METHOD, "to /devices/", stranger_post=GONE, weak_post=GONE),
    "devices:wipe_app": fresh(
        WRONG_METHOD,
        "to /devices/unlinked/",
        stale_get=WRONG_METHOD,
        stranger_post=GONE,
        weak_post=GONE,
    ),
    "devices:end_session": fresh(PAGE, "to /devices/", **NOT_THEIRS),
    "devices:end_other_sessions": fresh(PAGE, "to /devices/"),
    "devices:rename_trusted": fresh(FORM, FORM, **NOT_THEIRS),
    "devices:end_trust": fresh(PAGE, "to /devices/", **NOT_THEIRS),
    "devices:end_all_trust": fresh(PAGE, "to /devices/"),
    "devices:work_account": fresh(FORM, "to /devices/work/|200", **NOT_THEIRS),
    "devices:ask_work": closed(WRONG_METHOD, "to /devices/", stranger_post=GONE, weak_post=GONE),
    "api:work": public("401", WRONG_METHOD),
    "api:work_ask": public(WRONG_METHOD, "401"),
    "api:work_claim": public(WRONG_METHOD, "401"),
    "api:work_confirm": public(WRONG_METHOD, "401"),
    "admin:index": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:accounts_user_changelist": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:account": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:activity": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:handshake": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:notes": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:lock": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:unlock": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:end_sessions": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:decide_dispute": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:freeze": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:unlink_phone": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:remove_passkey": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:discard_codes": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:end_session": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:name": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:require_password": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:send_reset": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:bulk": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:open_case": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:decline_enrolment": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:give_role": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:enrol": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:approve_enrolment": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:end_enrolment": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:invitations": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:add_person": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:resend_invitation": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:withdraw_invitation": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:requests": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:organisations": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:add_organisation": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:organisation": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:edit_organisation": closed(CONFIRM, CONFIRM, **STAFF),
    "admin:set_manager": closed(CONFIRM, CONFIRM, **STAFF),
    "organisation:index": managed("to /organisation/", WRONG_METHOD),
    "organisation:members": managed(PAGE, WRONG_METHOD),
    "organisation:requests": managed(PAGE, WRONG_METHOD),
    "organisation:say": managed("to /organisation/", "to /organisation/"),
    "organisation:invitations": managed(PAGE, FORM),
    "organisation:invite_many": managed(PAGE, FORM),
    "organisation:resend_invitation": managed(WRONG_METHOD, "to /organisation/"),
    "organisation:withdraw_invitation": managed(WRONG_METHOD, "to /organisation/"),
}


def patterns(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, list[str]]]:
    """Return every URL of the site by name, with the names of its arguments."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from patterns(entry, inner)
        elif isinstance(entry, URLPattern):
            assert entry.name, f"{entry.pattern} has no name"
            yield f"{space}{entry.name}", sorted(entry.pattern.converters)


ARGUMENTS = dict(patterns(get_resolver()))


@pytest.fixture(autouse=True)
def _trust(settings: Settings) -> None:
    settings.TRUSTED_BROWSER_DAYS = 30


@pytest.fixture
def ids(alice: Person) -> dict[str, dict[str, str]]:
    """Return what alice has, by the URL that names it."""
    begun = Phone.objects.create(user=alice.user, name="Begun")
    device = begun.authenticators.model(user=alice.user, phone=begun, name="x", confirmed=False)
    device.draw_secret()
    device.save()
    waiting = alice.user.email_addresses.create(address=fresh_address("waiting"))
    second = alice.user.email_addresses.verified().exclude(address=alice.address).get()
    event = events.record(
        alice.user, EventKind.PHONE_UNLINKED, origin=HOST, phone="Old", authenticators=1
    )
    data = SessionStore().encode({})
    session = Session.objects.create(
        session_key="k", session_data=data, expire_date=timezone.now(), user=alice.user
    )
    trusted = {"public_id": str(trust(Client(), alice).public_id)}
    phone = {"public_id": str(alice.phone.public_id)}
    suspended = give_phone(alice, "Suspended").phone
    Phone.objects.filter(pk=suspended.pk).update(suspended_at=timezone.now())
    give_passkey(alice)
    passkey = {"public_id": str(alice.user.passkeys.get().public_id)}
    account = give_enrolment(alice)
    work = {"public_id": str(account.public_id)}
    firm = {"public_id": str(account.organisation.public_id)}
    asked: dict[str, Any] = {"session": str(session.public_id), "grants_from": timezone.now()}
    organisation_policy.set_manager(alice.user, account.organisation, is_manager=True)
    until = timezone.now() + settings.INVITATION_AGE
    invited = account.organisation.invitations.create(
        address=fresh_address("invited"), expires_at=until
    )
    link = {"public_id": str(app_linking.begin(user=alice.user, **asked)[0].public_id)}
    app = give_app(alice, Client())
    grant = {"public_id": str(phones.grant(app).public_id)}
    order = app.installation.commands.create(kind="wipe")
    asked_person = RecoveryContact(owner=alice.user, address=fresh_address("friend"), known_as="A")
    asked_person.save()
    contact = {"public_id": str(asked_person.public_id)}
    return {
        "devices:confirm_app": link,
        "devices:app_state": link,
        "devices:stop_grant": grant,
        "devices:call_off": {"public_id": str(order.public_id)},
        "accounts:confirm_contact": {"public_id": str(waiting.public_id)},
        "accounts:resend_contact": {"public_id": str(waiting.public_id)},
        "accounts:remove_contact": {"public_id": str(second.public_id)},
        "accounts:make_primary": {"public_id": str(second.public_id)},
        "accounts:recovery_codes_discard": {"public_id": str(uuid4())},
        "accounts:remove_recovery_contact": contact,
        "accounts:answer_recovery_contact": {"public_id": str(uuid4())},
        "accounts:recovery_question": contact,
        "accounts:decline_step": {"slug": "email"},
        "accounts:accept_step": {"slug": "email"},
        "devices:confirm_phone": {"public_id": str(begun.public_id)},
        "devices:rename_passkey": passkey,
        "devices:remove_passkey": passkey,
        "devices:rename_phone": phone,
        "devices:suspend_phone": phone,
        "devices:take_back_phone": {"public_id": str(suspended.public_id)},
        "devices:unlink_phone": phone,
        "devices:unlinked": {"public_id": str(event.public_id)},
        "devices:wipe_app": {"public_id": str(event.public_id)},
        "devices:rename_session": {"public_id": str(session.public_id)},
        "devices:end_session": {"public_id": str(session.public_id)},
        "devices:rename_trusted": trusted,
        "devices:end_trust": trusted,
        "devices:work_account": work,
        "devices:ask_work": work,
        "admin:organisation": firm,
        "admin:edit_organisation": firm,
        "admin:set_manager": {
            **firm,
            "member_id": str(alice.user.public_id),
            "change": "give",
        },
        "organisation:say": {**firm, "member_id": str(alice.user.public_id)},
        "organisation": {**firm, "invitation_id": str(invited.public_id)},
        "admin": {
            "enrolment_id": work["public_id"],
            "public_id": str(alice.user.public_id),
            "phone_id": str(alice.phone.public_id),
            "passkey_id": passkey["public_id"],
            "session_id": str(session.public_id),
            "outcome": "keep",
        },
        "api": phone,
        "": {"slug": "authenticator", "token": "A" * 22, "number": "1"},
    }


def path_of(name: str, ids: dict[str, dict[str, str]]) -> str:
    """Return the address of a URL about alice."""
    known = {**ids[""], **ids.get(name.partition(":")[0], {}), **ids.get(name, {})}
    return reverse(name, kwargs={key: known[key] for key in ARGUMENTS[name]})


def browser_of(role: str, people: dict[str, Person], new_client: Browsers) -> Client:
    """Return a browser in which this role is where it stands."""
    client = new_client()
    if role == "half":
        alice = people["alice"]
        client.post("/sign-in/", {"email": alice.address, "password": alice.password})
    elif role == "stranger":
        enter(client, people["bob"], Strength.TWO_STEP)
    elif role == "weak":
        enter(client, people["sue"], Strength.RECOVERED)
    elif role == "trusted":
        enter_by_trust(client, people["alice"])
    elif role == "stale":
        before = timezone.now() - settings.STEP_UP_AGE - timedelta(minutes=1)
        with time_machine.travel(before, tick=False):
            enter(client, people["alice"], Strength.TWO_STEP)
    elif role == "full":
        enter(client, people["alice"], Strength.TWO_STEP)
    return client


def says(response: Any) -> str:
    """Put an answer into the words of the table."""
    if response.status_code == 302:
        return f"to {response['Location']}"
    return str(response.status_code)


def fits(said: str, expected: str) -> bool:
    """Tell whether an answer is one of those that are expected."""
    return any(
        said.startswith(each) if each.startswith("to ") else said == each
        for each in expected.split("|")
    )


@pytest.fixture
def people(alice: Person, bob: Person, sue: Person) -> dict[str, Person]:
    """The people of the roles."""
    return {"alice": alice, "bob": bob, "sue": sue}


def test_every_url_is_in_the_table() -> None:
    assert set(ARGUMENTS) == set(TABLE)


def check(client: Client, path: str, get: str, post: str) -> Any:
    """Ask for the URL in every way, and return the answer to a form."""
    with untouched(f"GET or HEAD {path}"):
        answer = client.get(path)
        assert fits(says(answer), get), f"GET {path}: {says(answer)}"
        head = client.head(path)
    assert head.status_code in (answer.status_code, 405), f"HEAD {path}: {says(head)}"
    assert head.content == b""
    assert client.put(path).status_code < 500
    posted = client.post(path)
    assert fits(says(posted), post), f"POST {path}: {says(posted)}"
    return posted


@pytest.mark.parametrize("role", ROLES)
def test_every_role_gets_what_the_table_says(
    people: dict[str, Person],
    ids: dict[str, dict[str, str]],
    new_client: Browsers,
    subtests: pytest.Subtests,
    role: str,
) -> None:
    client = browser_of(role, people, new_client)
    for name, row in TABLE.items():
        with subtests.test(name), alone(client):
            answer = check(client, path_of(name, ids), row.get[role], row.post[role])
            if role not in ("half", "trusted", "stale", "full"):
                assert people["alice"].address not in answer.content.decode()


OF_BROWSERS = [name for name in TABLE if not name.startswith("api:")]
"""What needs a token: phones have no session that another site could use."""


@pytest.mark.parametrize("role", ["anonymous", "half", "full"])
def test_no_form_is_taken_without_its_token(
    people: dict[str, Person],
    ids: dict[str, dict[str, str]],
    new_client: Browsers,
    subtests: pytest.Subtests,
    role: str,
) -> None:
    client = browser_of(role, people, new_client)
    client.handler.enforce_csrf_checks = True
    for name in OF_BROWSERS:
        path = path_of(name, ids)
        with subtests.test(name), alone(client), untouched(path):
            for method in (client.post, client.put, client.patch, client.delete):
                # Health pages answer before cookies are read: what is no GET is always refused.
                refused = 405 if path in settings.HEALTH_PAGES else 403
                assert method(path).status_code == refused


def test_no_page_is_left_in_english_for_who_reads_dutch(
    people: dict[str, Person], ids: dict[str, dict[str, str]], new_client: Browsers
) -> None:
    sue = enter(new_client(), people["sue"], Strength.TWO_STEP)
    browsers = [*(browser_of(role, people, new_client) for role in ("half", "full")), sue]
    seen: dict[str, set[str]] = {}
    for browser in [new_client(), *browsers]:
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "nl"
        for name in TABLE:
            answer = browser.get(path_of(name, ids))
            if answer.get("Content-Type", "").startswith("text/html"):
                seen.setdefault(name, set()).update(english_in(words_of(answer.text)))
    assert len(seen) > 40
    assert english_in(words_of(new_client().get("/sign-in/").text))  # it would be found
    written = Organisation.objects.values_list("help", flat=True)  # by staff, in their own words
    left = {
        name: {each for each in said if not any(map(each.__contains__, written))}
        for name, said in seen.items()
    }
    assert {name: said for name, said in left.items() if said} == {}
