"""An account with an organisation, from the desk to the phone, and on to the next phone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, Route, expect

from accounts.authentication.proofs import Strength
from accounts.models import Enrolment, Organisation
from devices import models
from devices.factors.provisioning import key_of
from devices.models import Authenticator
from devices.models.authenticator import step_now
from tests.browser.authenticator import Phone
from tests.browser.qr_pictures import Camera, png_of
from tests.journeys.hand import Hand
from tests.live import LiveSite
from tests.people import Person, enter
from tests.phones import App, give_app
from tests.work import WHY, give_enrolment, make_organisation

pytestmark = pytest.mark.app

Browsers = Callable[..., BrowserContext]


def come_in(context: BrowserContext, live: LiveSite, person: Person) -> Hand:
    """Somebody at a page of the portal, signed in just now."""
    name = settings.SESSION_COOKIE_NAME
    value = enter(Client(), person, Strength.TWO_STEP).cookies[name].value
    context.add_cookies([{"name": name, "value": value, "url": live.url}])
    return Hand(context.new_page())


def give_phone(person: Person, live: LiveSite, name: str) -> App:
    """One more phone of the person, with the app linked."""
    row = models.Phone.objects.create(user=person.user, name=name, linked_at=timezone.now())
    return give_app(person, live.visitor(), name, phone=row)


def start(page: Page, app: App) -> Phone:
    """The app on this phone."""
    phone = Phone(page).open()
    mine = {
        "installation": str(app.installation.public_id),
        "secret": app.secret,
        "linked": True,
        "name": app.installation.name,
        "account": "",
    }
    phone.run('await (await use("backup/portal/device")).keepDevice(given)', mine)
    return phone.open()


def answer(desk: Hand, person: Person) -> None:
    """Let the person set it up on another phone."""
    desk.open("/admin/requests/")
    desk.press(f"Answer {person.address}")
    desk.acts_because(WHY)
    desk.press("Allow it")
    desk.sees("We’ll notify the person.")


def code_on_page(hand: Hand, account: Enrolment) -> str:
    """Make the code in the portal, and return the link that its picture has."""
    hand.open(f"/devices/work/{account.public_id}/")
    hand.press("Show the code")
    link = hand.page.get_by_role("link", name="Open the app here").get_attribute("href")
    return settings.PORTAL_ORIGIN + (link or "")


def enrol(desk: Hand, person: Person, firm: Organisation) -> Enrolment:
    """Give the person an account, at the desk."""
    desk.open(f"/admin/accounts/{person.user.public_id}/enrol/")
    desk.page.get_by_label("Organisation").select_option(firm.name)
    desk.type("Reason", WHY)
    desk.press("Enrol the person")
    return person.user.enrolments.get()


def counts(account: Enrolment, name: str, code: str) -> Authenticator:
    """Expect one secret to count, on this phone, and this code to be its own."""
    held = Authenticator.objects.select_related("phone").get(enrolment=account, confirmed=True)
    assert held.phone.name == name
    assert code in {held.code_at(step_now() + shift) for shift in (-1, 0, 1)}
    Authenticator.objects.filter(pk=held.pk).update(last_step=-1)  # its first code was spent
    return held


def test_from_the_desk_to_a_phone_and_on_to_the_next(
    live: LiveSite,
    new_browser: Browsers,
    kept_page: Page,
    alice: Person,
    sue: Person,
    camera: Camera,
) -> None:
    firm, first = make_organisation(), give_phone(alice, live, "Old phone")
    desk, hers = come_in(new_browser(), live, sue), come_in(new_browser(), live, alice)
    account = enrol(desk, alice, firm)
    with camera(code_on_page(hers, account)) as context:
        old = start(context.new_page(), first)
        expect(old.row(firm.name)).to_contain_text("Ready: make a code")
        old.press("Scan a QR code")
        old.says(f"{firm.name} is ready.")
        assert "#work/" not in old.page.url
        old.press("Back to the codes")
        held = counts(account, "Old phone", old.code(firm.name))
    _sign_in(Hand(new_browser().new_page()), alice, held)
    _unlink(hers, held)
    assert not Authenticator.objects.filter(enrolment=account).exists()

    new = start(kept_page, give_phone(alice, live, "New phone"))
    expect(new.row(firm.name)).to_contain_text("Action required")
    new.press("Ask my organisation")
    new.says("is asked for a new code")
    expect(new.row(firm.name)).to_contain_text("We’ll e-mail you when it answers.")
    answer(desk, alice)
    new.open("scan").choose_picture(png_of(code_on_page(hers, account)))
    new.says(f"{firm.name} is ready.")
    new.open()
    counts(account, "New phone", new.code(firm.name))
    expect(new.row(firm.name).locator("[data-part=work]")).to_be_hidden()


def _sign_in(hand: Hand, person: Person, held: Authenticator) -> None:
    """Use a code of the account as the second step of the portal."""
    hand.open("/sign-in/")
    hand.type_password(person)
    hand.type_code(held.code_at(step_now()))
    hand.reads("Your account is well protected|One lost|Keep")


def _unlink(hand: Hand, held: Authenticator) -> None:
    hand.open(f"/devices/{held.phone.public_id}/unlink/")
    hand.press("Unlink this phone")
    hand.sees(f"{held.phone.name} is unlinked")


def test_without_the_network_it_stands_as_it_did(
    live: LiveSite, new_browser: Browsers, alice: Person
) -> None:
    app, firm = give_phone(alice, live, "Phone"), make_organisation()
    give_enrolment(alice, firm, state="action_required")
    context = new_browser(viewport={"width": 360, "height": 780}, service_workers="block")
    phone = start(context.new_page(), app)
    expect(phone.row(firm.name)).to_contain_text("Action required")
    context.set_offline(True)
    phone.press("Ask my organisation")
    phone.says("The portal cannot be reached from here.")
    expect(phone.row(firm.name)).to_contain_text("Action required")
    context.set_offline(False)
    phone.press("Ask my organisation")
    phone.says("is asked for a new code")
    assert alice.kinds() == ["work:asked"]


def test_a_secret_of_an_organisation_goes_into_no_export_and_no_backup(
    live: LiveSite, new_browser: Browsers, alice: Person
) -> None:
    app, account = give_phone(alice, live, "Phone"), give_enrolment(alice)
    link = code_on_page(come_in(new_browser(), live, alice), account)
    context = new_browser(viewport={"width": 360, "height": 780}, service_workers="block")
    phone = start(context.new_page(), app)
    phone.open(f"work/{link.partition('#work/')[2]}")
    phone.says("is ready.")
    phone.open()
    phone.add("otpauth://totp/Shop:alice?secret=JBSWY3DPEHPK3PXP&issuer=Shop")
    kept, backup = phone.run(
        """const { toBackup } = await use("lk1/document");
           const doc = (await use("accounts/vault")).current();
           return [doc, toBackup(doc)].map((each) => JSON.stringify(each));"""
    )
    key = key_of(Authenticator.objects.get(enrolment=account))
    assert key in kept
    assert key not in backup
    phone.open("export")
    phone.says("accounts from an organisation are not")
    phone.type("Type “export” to continue", "export")
    with phone.page.expect_download() as download:
        phone.press("Save a list of links")
    text = download.value.path().read_text()
    assert "Shop" in text
    assert key not in text


def test_a_phone_that_is_not_linked_is_told_so(kept_page: Page, live: LiveSite) -> None:
    phone = Phone(kept_page).open(f"work/{'0' * 28}")
    phone.says("This phone is not linked to an account.")
    assert phone.page.url.endswith("#work")
    phone.press("Link this phone")
    phone.reads("Link this phone")


def test_what_the_portal_gave_up_is_no_secret(
    live: LiveSite, new_browser: Browsers, alice: Person
) -> None:
    app, account = give_phone(alice, live, "Phone"), give_enrolment(alice)
    link = code_on_page(come_in(new_browser(), live, alice), account)
    context = new_browser(viewport={"width": 360, "height": 780}, service_workers="block")
    page = context.new_page()
    phone = start(page, app)
    page.route("**/confirm", lambda route: route.abort())
    phone.open(f"work/{link.partition('#work/')[2]}")
    phone.says("The portal cannot be reached from here.")
    phone.open()
    expect(phone.row(account.organisation.name)).to_contain_text("still waits for its first code")
    phone.press("Try again")
    phone.says("The portal cannot be reached from here.")
    late = timezone.now() - settings.WORK_CONFIRM_AGE - timedelta(seconds=1)
    Authenticator.objects.filter(enrolment=account).update(created_at=late)
    page.unroute("**/confirm")
    phone.open()
    expect(phone.row(account.organisation.name)).to_contain_text("Action required")


def test_an_answer_that_got_lost_leaves_no_dead_secret_on_the_phone(
    live: LiveSite, new_browser: Browsers, alice: Person
) -> None:
    app, account = give_phone(alice, live, "Phone"), give_enrolment(alice)
    hers = come_in(new_browser(), live, alice)
    context = new_browser(viewport={"width": 360, "height": 780}, service_workers="block")
    page = context.new_page()
    phone = start(page, app)
    phone.open(f"work/{code_on_page(hers, account).partition('#work/')[2]}")
    phone.says("is ready.")
    before = key_of(Authenticator.objects.get(enrolment=account))
    Enrolment.objects.filter(pk=account.pk).update(state="approved")
    link = code_on_page(hers, account)
    path = f"work/{account.public_id}/confirm"

    def lose_the_answer(route: Route) -> None:
        app.post(path, route.request.post_data_json)
        route.abort()

    page.route("**/confirm", lose_the_answer)
    phone.open(f"work/{link.partition('#work/')[2]}")
    phone.says("The portal cannot be reached from here.")
    held = Authenticator.objects.get(enrolment=account)
    assert held.confirmed
    assert key_of(held) != before
    page.unroute("**/confirm")
    phone.run('await (await use("work/accounts")).refresh()')
    phone.open()
    counts(account, "Phone", phone.code(account.organisation.name))
