"""Passkeys in real Chromium, with the virtual authenticator of its debugging protocol."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.authenticator import Phone, link
from tests.browser.soft_passkeys import soft_passkeys
from tests.journeys.hand import App, Hand
from tests.live.browser import check_looks
from tests.people import Person, protected

ADDED = "has been added."
ALONE = "Sign in with a passkey"


class Authenticator:
    """A virtual authenticator inside the device: it verifies its owner and keeps what it makes."""

    def __init__(self, page: Page, *, synced: bool = False) -> None:
        self.devtools = page.context.new_cdp_session(page)
        self.devtools.send("WebAuthn.enable", {"enableUI": False})
        self.id = self._plug_in(synced=synced)

    def _plug_in(self, *, verifies: bool = True, synced: bool = False) -> str:
        options = {
            "protocol": "ctap2",
            "ctap2Version": "ctap2_1",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": verifies,
            "isUserVerified": verifies,
            "automaticPresenceSimulation": False,  # nobody touches it until told
            "defaultBackupEligibility": synced,
            "defaultBackupState": synced,
        }
        made = self.devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return str(made["authenticatorId"])

    def _send(self, command: str, **options: Any) -> Any:
        return self.devtools.send(f"WebAuthn.{command}", {"authenticatorId": self.id, **options})

    def forgets_how_to_verify(self) -> None:
        """Keep the same keys, and ask for no finger, face or PIN from now on."""
        kept = self.credentials
        self._send("removeVirtualAuthenticator")
        self.id = self._plug_in(verifies=False)
        for credential in kept:
            self.keeps(credential)

    def answers(self, by_itself: bool) -> None:
        """Let somebody touch it whenever it is asked, or nobody."""
        self._send("setAutomaticPresenceSimulation", enabled=by_itself)

    def keeps(self, credential: dict[str, Any]) -> None:
        """Put a key into it."""
        self._send("addCredential", credential=credential)

    @property
    def credentials(self) -> list[dict[str, Any]]:
        """What it keeps."""
        found: list[dict[str, Any]] = self._send("getCredentials")["credentials"]
        return found


@pytest.fixture
def pia(rows: None) -> Person:
    """Two-step is on, by an authenticator app: the passkey is yet to be added."""
    return protected("pia")


def without_autofill(page: Page) -> None:
    """Let the button alone ask: a touch would answer the waiting autofill as well."""
    page.add_init_script(
        "if (self.PublicKeyCredential)"
        "  PublicKeyCredential.isConditionalMediationAvailable = async () => false"
    )


def adds_passkey(hand: Hand, name: str = "My laptop") -> None:
    hand.open("/devices/passkeys/add/")
    hand.reads("Add a passkey")
    hand.page.get_by_label("Name of the passkey").fill(name)
    hand.press("Create the passkey")
    hand.reads("Devices")
    hand.sees(f"{name} {ADDED}")


def signs_out(hand: Hand) -> None:
    hand.open("/security/")
    hand.signs_out()


def test_it_is_made_used_removed_and_then_refused(page: Page, pia: Person) -> None:
    without_autofill(page)
    hand, app = Hand(page), App.of(pia)
    device = Authenticator(page)
    hand.sign_in(pia, app)
    hand.reads("Your account is well protected")
    hand.sees("Next time without a code?")
    device.answers(True)
    adds_passkey(hand)
    hand.sees("only on this device")
    assert len(device.credentials) == 1

    # As second step.
    device.answers(False)
    signs_out(hand)
    hand.type_password(pia)
    hand.open("/sign-in/passkey/")
    hand.reads("Use your passkey")
    device.answers(True)
    hand.press("Use your passkey")
    hand.reads("Your account is well protected")
    assert pia.kinds()[-1] == "sign_in:two_step"

    # Alone, by the button.
    device.answers(False)
    signs_out(hand)
    device.answers(True)
    hand.press(ALONE)
    hand.reads("Your account is well protected")
    hand.open("/security/activity/")
    hand.sees("Signed in with passkey")

    # Removed: the browser is told to forget it, and does; put back by force, it is refused.
    kept = device.credentials[0]
    hand.open("/devices/")
    page.get_by_role("link", name="Remove", exact=True).click()
    hand.reads("Remove My laptop?")
    device.answers(False)
    hand.press("Remove this passkey")
    hand.reads("Sign in")
    hand.sees("My laptop has been removed.")
    assert not pia.user.passkeys.exists()
    device.answers(True)
    hand.press(ALONE)
    hand.sees("No passkey was used.")
    assert not device.credentials
    device.keeps(kept)
    hand.press(ALONE)
    hand.sees("This passkey was not accepted. Sign in with your password.")
    assert pia.kinds()[-1] == "passkey:removed"


@pytest.mark.screen
def test_the_address_field_offers_it_by_itself(page: Page, pia: Person) -> None:
    hand, device = Hand(page), Authenticator(page)
    hand.sign_in(pia, App.of(pia))
    device.answers(True)
    adds_passkey(hand)
    device.answers(False)
    signs_out(hand)
    hand.open("/password/reset/")  # away from the field, or it would answer before the page comes
    device.answers(True)  # stands for choosing it in the list under the field
    page.goto("/sign-in/", wait_until="commit")  # the passkey may answer before all is loaded
    hand.reads("Your account is well protected")
    assert pia.kinds()[-1] == "sign_in:two_step"


@pytest.mark.screen
def test_without_user_verification_it_counts_for_one_step_only(page: Page, pia: Person) -> None:
    without_autofill(page)
    hand, device = Hand(page), Authenticator(page)
    hand.sign_in(pia, App.of(pia))
    device.answers(True)
    adds_passkey(hand)
    device.answers(False)
    signs_out(hand)
    device.forgets_how_to_verify()
    device.answers(True)
    hand.press(ALONE)
    hand.sees("No passkey was used.")
    hand.reads("Sign in")
    hand.type_password(pia)
    hand.open("/sign-in/passkey/")
    hand.press("Use your passkey")
    hand.reads("Your account is well protected")


@pytest.mark.screen
def test_a_synced_one_is_told_apart(page: Page, pia: Person) -> None:
    hand, device = Hand(page), Authenticator(page, synced=True)
    hand.sign_in(pia, App.of(pia))
    device.answers(True)
    adds_passkey(hand, "Cloud")
    hand.sees("synced")
    assert pia.user.passkeys.get().is_backed_up


@pytest.mark.screen
def test_not_now_is_remembered(page: Page, pia: Person) -> None:
    Authenticator(page)
    hand, app = Hand(page), App.of(pia)
    hand.sign_in(pia, app)
    hand.press("Not now")
    hand.reads("Your account is well protected")
    hand.sees_not("Next time without a code?")
    signs_out(hand)
    hand.sign_in(pia, app)
    hand.reads("Your account is well protected")
    hand.sees_not("Next time without a code?")


@pytest.mark.screen
def test_a_browser_without_passkeys_is_offered_nothing(page: Page, pia: Person) -> None:
    page.add_init_script("delete window.PublicKeyCredential")
    hand = Hand(page)
    hand.open("/sign-in/")
    expect(page.get_by_role("button", name=ALONE)).to_be_hidden()
    hand.sign_in(pia, App.of(pia))
    hand.reads("Your account is well protected")
    expect(page.get_by_text("Next time without a code?")).to_be_hidden()
    hand.open("/devices/passkeys/add/")
    hand.sees("A passkey needs JavaScript")
    hand.press("Set up a phone")  # something can be done
    hand.reads("Set up a phone")


OLDER = """
for (const name of ["parseRequestOptionsFromJSON", "parseCreationOptionsFromJSON"]) {
  delete PublicKeyCredential[name];
}
delete PublicKeyCredential.prototype.toJSON;
"""


@pytest.mark.screen
def test_a_browser_that_reads_no_json_has_passkeys_all_the_same(page: Page, pia: Person) -> None:
    page.add_init_script(OLDER)
    without_autofill(page)
    hand, device = Hand(page), Authenticator(page)
    hand.sign_in(pia, App.of(pia))
    assert page.evaluate("PublicKeyCredential.parseRequestOptionsFromJSON === undefined")
    hand.sees("Next time without a code?")
    device.answers(True)
    adds_passkey(hand)
    device.answers(False)
    signs_out(hand)
    hand.type_password(pia)
    hand.open("/sign-in/passkey/")
    device.answers(True)
    hand.press("Use your passkey")
    hand.reads("Your account is well protected")
    device.answers(False)
    signs_out(hand)
    device.answers(True)
    hand.press(ALONE)
    hand.reads("Your account is well protected")
    assert pia.kinds().count("sign_in:two_step") == 3
    hand.open("/devices/passkeys/add/")
    page.get_by_label("Name of the passkey").fill("The same again")
    hand.press("Create the passkey")
    hand.sees("This device may already have one for you.")  # those to leave out were read


@pytest.mark.screen
def test_the_pages_look_right(page: Page, pia: Person) -> None:
    hand, device = Hand(page), Authenticator(page)
    hand.open("/sign-in/")
    expect(page.get_by_role("button", name=ALONE)).to_be_visible()
    check_looks(page)
    hand.sign_in(pia, App.of(pia))
    check_looks(page)
    hand.open("/devices/passkeys/add/")
    check_looks(page)
    device.answers(True)
    adds_passkey(hand)
    check_looks(page)
    device.answers(False)
    signs_out(hand)
    hand.type_password(pia)
    hand.open("/sign-in/passkey/")
    check_looks(page)


@pytest.mark.screen
def test_it_confirms_a_sensitive_act(page: Page, pia: Person) -> None:
    hand, device = Hand(page), Authenticator(page)
    hand.sign_in(pia, App.of(pia))
    device.answers(True)
    adds_passkey(hand)
    hand.open("/confirm/passkey/?next=/security/two-step/&for=two-step")
    hand.press("Use your passkey")
    hand.reads("Two-step verification")
    hand.sees("My laptop")
    assert pia.kinds()[-1] == "step_up:passed"


def test_a_sign_in_tried_with_the_lock_of_the_app_does_not_delete_it(
    page: Page, rows: None
) -> None:
    without_autofill(page)
    hand, phone = Hand(page), Phone(page)
    with soft_passkeys(page) as passkeys:
        phone.open("lock")
        phone.fill([link("Mail")])
        phone.press("Seal with a passkey")
        phone.says("The passkey opened your accounts once")
        for _each in range(2):
            hand.open("/sign-in/")
            hand.press(ALONE)
            hand.sees("This passkey opens the authenticator app, not an account.")
        assert passkeys.count == 1
        phone.open()
        phone.press("Unlock with the passkey")
        assert phone.names == ["Mail"]
