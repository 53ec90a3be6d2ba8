"""The tables of docs/threats.md: each row names tests that exist, each act has a row."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.portal.test_url_matrix import TABLE, WRONG_METHOD

DOCUMENT = Path(settings.BASE_DIR, "docs/threats.md")
TESTS = Path(settings.BASE_DIR, "tests")
NAMED = re.compile(r"`(test_\w+)::(test_\w+)`")
NO_LEVEL = ("–", "same")
"""What stands where an act needs no test of its own: nobody can do it so, or it is as before."""

ACTS: dict[str, tuple[str, ...]] = {
    "add an address or number": ("accounts:add_address", "accounts:add_number"),
    "choose another sign-in address": ("accounts:make_primary",),
    "remove an address or number": ("accounts:remove_contact",),
    "change contacts": ("accounts:confirm_contact",),
    "link a phone, add a passkey": (
        "devices:link_phone",
        "devices:confirm_phone",
        "devices:add_passkey",
        "devices:link_app",
        "devices:confirm_app",
        "api:link_claim",
    ),
    "remove what another session added and is held": ("accounts:held",),
    "keep what another session added": ("accounts:held",),
    "set a work account up on another phone": (
        "devices:work_account",
        "api:work_claim",
        "api:work_confirm",
    ),
    "make recovery codes without two-step": ("accounts:recovery_codes_new",),
    "make recovery codes": (
        "accounts:recovery_codes_new",
        "accounts:recovery_codes",
        "accounts:recovery_codes_discard",
    ),
    "unlink or replace a phone": ("devices:unlink_phone", "devices:lost", "devices:new_phone"),
    "unlink or suspend a phone, remove a passkey, without two-step": (
        "devices:unlink_phone",
        "devices:suspend_phone",
        "devices:remove_passkey",
    ),
    "suspend a phone": ("devices:suspend_phone", "devices:take_back_phone"),
    "take a phone back by its own code": ("devices:take_back_own", "devices:dispute"),
    "link a phone, add a passkey before the owner switches two-step on": ("accounts:two_step_on",),
    "erase the app of an unlinked phone": ("devices:wipe_app",),
    "erase the app of an unlinked phone without two-step": ("devices:wipe_app",),
    "call off an order to erase": ("devices:call_off",),
    "remove a passkey": ("devices:remove_passkey",),
    "decline a sign-in method": ("accounts:decline_step", "accounts:accept_step"),
    "switch two-step on": ("accounts:two_step_on",),
    "switch two-step off": ("accounts:two_step_off",),
    "change the password": ("accounts:change_password",),
    "reset the password": (
        "accounts:reset_password",
        "accounts:reset_link",
        "accounts:reset_new",
    ),
    'press "This was not me"': ("accounts:not_me",),
    "end sessions": (
        "accounts:sign_out",
        "devices:end_session",
        "devices:end_other_sessions",
    ),
    "end the trust in a browser": ("devices:end_trust", "devices:end_all_trust"),
    "unlink the last strong method of somebody": ("admin:unlink_phone",),
    "unlink a phone of somebody": ("admin:unlink_phone",),
    "decide a dispute": ("admin:decide_dispute",),
    "freeze an account": ("admin:freeze",),
    "lock accounts": ("admin:lock", "admin:unlock"),
    "change several accounts at once": ("admin:bulk",),
    "sign somebody out everywhere": ("admin:end_sessions",),
    "end a browser of somebody": ("admin:end_session",),
    "remove a passkey of somebody": ("admin:remove_passkey",),
    "revoke the recovery codes of somebody": ("admin:discard_codes",),
    "require a new password of somebody": ("admin:require_password",),
    "send somebody a link for a new password": ("admin:send_reset",),
    "correct a name": ("admin:name",),
    "decline a new code": ("admin:decline_enrolment",),
    "give or take a role": ("admin:give_role",),
    "ask for an account with no sign-in method left": (
        "accounts:recover",
        "accounts:recover_code",
        "accounts:own_case",
        "accounts:stop_case",
    ),
    "show that one reads another address of an account that is asked for": (
        "accounts:case_mailbox",
        "accounts:case_mailbox_code",
    ),
    "let a caller ask for an account": ("admin:open_case", "accounts:recover_link"),
    "say for an organisation who asks for an account": ("organisation:say",),
    "approve such a request": ("admin:approve_case", "admin:decline_case"),
    "choose the new password of an approved request": (
        "accounts:case_new_password_link",
        "accounts:case_new_password",
    ),
    "ask somebody to be a recovery contact, and remove one": (
        "accounts:ask_recovery_contact",
        "accounts:remove_recovery_contact",
        "accounts:answer_recovery_contact",
    ),
    "vouch for somebody as a recovery contact": ("accounts:recovery_question",),
    "end an account with an organisation": ("admin:end_enrolment",),
    "change whom an organisation's people ask, and what it asks of them": (
        "admin:edit_organisation",
    ),
    "withdraw an invitation": ("admin:withdraw_invitation", "organisation:withdraw_invitation"),
    "join an organisation with an account": ("accounts:join_organisation",),
    "make somebody a manager of an organisation, or no longer": ("admin:set_manager",),
    "read the backup": (
        "devices:recover_app",
        "devices:stop_grant",
        "api:vault",
        "api:vault_version",
        "api:restore_slots",
        "api:restore_prove",
        "api:restore_version",
    ),
    "take over": ("api:restore_complete",),
    "hand the key of the backup to another phone": ("api:transfers", "api:transfer"),
    "add a way to open it from a phone on hold": ("api:vault_slot",),
    "remove a way to open it": ("api:vault_slot", "api:vault_slot_back"),
    "let versions go (unpin, thin out, push out)": (
        "api:vault",
        "api:vault_version_pin",
        "api:vault_late",
        "api:vault_late_change",
    ),
    "switch the backup off, put it away": ("api:vault", "api:vault_undelete"),
    "fill the room": ("api:vault", "api:vault_late"),
    "erase a phone": (
        "api:command_lock",
        "api:command_locked",
        "api:command_opened",
        "api:command_done",
    ),
    "erase a phone by a link from another account": ("api:link_claim",),
}
"""The addresses by which each act of the document is done or undone."""

HARMLESS: dict[str, tuple[str, ...]] = {
    "only proves something, and is counted": (
        "accounts:sign_in",
        "accounts:sign_in_step",
        "accounts:step_options",
        "accounts:sign_in_mail",
        "accounts:sign_in_link",
        "accounts:confirm",
        "accounts:confirm_step",
        "accounts:confirm_options",
        "accounts:once_more",
        "accounts:lost_phone",
        "accounts:set_up_link",
        "accounts:set_up",
        "devices:passkey_alone",
        "devices:passkey_alone_options",
        "devices:add_passkey_options",
        "api:password",
    ),
    "makes an account and touches none": (
        "accounts:sign_up",
        "accounts:sign_up_confirm",
        "accounts:invitation",
        "accounts:invitation_link",
        "admin:add_person",
        "admin:resend_invitation",
        "organisation:invitations",
        "organisation:invite_many",
        "organisation:resend_invitation",
    ),
    "sends a message once more, within the caps": ("accounts:resend_contact",),
    "changes how something is called or shown": (
        "accounts:language",
        "accounts:unused_not_now",
        "devices:passkey_not_now",
        "devices:rename_passkey",
        "devices:rename_phone",
        "devices:rename_session",
        "devices:rename_trusted",
    ),
    "adds for somebody else what gives nobody access by itself": (
        "devices:ask_work",
        "api:work_ask",
        "admin:enrol",
        "admin:approve_enrolment",
        "admin:notes",
        "admin:add_organisation",
    ),
    "lists": (
        "accounts:two_step",
        "admin:index",
        "admin:accounts_user_changelist",
        "admin:account",
        "admin:activity",
        "admin:handshake",
        "admin:log",
        "admin:export_log",
        "admin:cases",
        "admin:case",
        "accounts:case",
        "accounts:case_link",
        "admin:invitations",
        "admin:requests",
        "admin:organisations",
        "admin:organisation",
        "api:work",
        "api:vault_versions",
        "api:vault_slots",
        "api:restore_offers",
        "api:restore_versions",
        "api:link",
        "api:link_look",
    ),
    "says how the phone is, and notes that": (
        "api:heartbeat",
        "api:vault_head",
        "api:vault_verified",
        "api:vault_slot_opened",
        "api:vault_tag",
    ),
}
"""What takes a form or a call and destroys or weakens nothing, by the reason why."""


def rows() -> list[list[str]]:
    """The cells of the rows of both tables."""
    text = DOCUMENT.read_text(encoding="utf-8")
    parts = [part for part in text.split("\n## ") if "structive act" in part.partition("\n")[0]]
    assert len(parts) == 2
    lines = [line for part in parts for line in part.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[0] != "act"]


def functions_of(name: str) -> set[str]:
    """The tests in the files of this name."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in TESTS.glob(f"*/{name}.py")]
    nodes = [node for tree in trees for node in tree.body]
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row[0]} ({row[1][:20]})")
def test_a_row_names_tests_that_exist(row: list[str]) -> None:
    named = NAMED.findall(row[-1])
    assert row[-1].count("`") == 2 * len(named) > 0
    for file, function in named:
        assert function in functions_of(file), (file, function)


@pytest.mark.parametrize(
    "row",
    [row for row in rows() if "when the" in row[1] or ": " in row[-1]],
    ids=lambda row: row[0],
)
def test_each_level_has_a_test_of_its_own(row: list[str]) -> None:
    tests = dict(part.split(": ", 1) for part in row[-1].split("; "))
    for level, cell in zip(("without", "with", "two-step"), row[1:4], strict=True):
        assert (level in tests) == (cell not in NO_LEVEL), level
    assert all(NAMED.findall(named) for named in tests.values())


def test_every_act_of_the_document_is_done_somewhere() -> None:
    assert {row[0] for row in rows()} == set(ACTS)


def takes_something(name: str) -> bool:
    """Tell whether an address takes a form of a signed-in person or of a stranger, or any call."""
    if name.startswith(("api:", "admin:")):
        return True
    answers = TABLE[name].post
    return WRONG_METHOD not in (answers["full"], answers["anonymous"])


def test_every_address_that_takes_something_has_a_row_or_is_harmless() -> None:
    harmless = [name for names in HARMLESS.values() for name in names]
    acts = {name for names in ACTS.values() for name in names}
    assert len(set(harmless)) == len(harmless)
    assert not acts & set(harmless)
    listed = acts | set(harmless)
    assert listed <= set(TABLE)
    assert {name for name in TABLE if takes_something(name)} - listed == set()
