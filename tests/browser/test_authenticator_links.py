"""Links and typed keys as people come by them: one link is one account, and the same one again."""

from typing import Any

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from devices.factors.provisioning import otpauth_url
from devices.models import Authenticator
from tests.browser.authenticator import SECRET, Phone, link
from tests.browser.backups import BATCHES, asked, shortest
from tests.browser.qr_pictures import png_of

pytestmark = pytest.mark.no_rows
OTHER = "GEZDGNBVGY3TQOJQ"
NAMES = """
const { parse } = await use("otp/otpauth");
return given.map((link) => { const { issuer, label } = parse(link); return [issuer, label]; });
"""


WRITE = """
const { format, makeEntry, parse } = await use("otp/otpauth");
const { splitLinks } = await use("formats/links");
return JSON.stringify(JSON.parse(given).map(([type, issuer, label]) => {
  const more = { secret: "JBSWY3DPEHPK3PXP", digits: 8, period: 60 };
  const entry = makeEntry({ type, issuer, label, ...more });
  const link = format(entry);
  const again = JSON.stringify(parse(link)) === JSON.stringify(entry);
  return again && splitLinks(link).length === 1 && format(parse(link)) === link ? "" : link;
}));
"""
SIGNS = st.text("aZ ß:%#?&=+/\\\"'<>()*!~.,;@|[]{}´é\u0301\u200b\u202eİ漢😀\ud83d\n", max_size=8)
NAME = SIGNS | st.text(max_size=12)


@BATCHES
@given(
    st.lists(
        st.tuples(st.sampled_from(["totp", "hotp", "steam"]), NAME, NAME), min_size=50, max_size=100
    )
)
def test_a_link_that_the_app_wrote_reads_back_as_the_same_account(
    modules: Phone, cases: list[tuple[str, str, str]]
) -> None:
    assert shortest(cases, asked(modules, WRITE, cases)) is None


@pytest.mark.parametrize("name", ["Example: ID", "127.0.0.1:8000", "100% #1 + A&B?", "a:b:c", ":"])
def test_the_qr_code_of_the_portal_has_its_name_whole(modules: Phone, name: str) -> None:
    user = User(email="alice+work@example.org")
    authenticator = Authenticator(user=user)
    authenticator.secret = SECRET
    with override_settings(PORTAL_NAME=name):
        text = otpauth_url(authenticator)
    assert modules.run(NAMES, [text]) == [[name, user.email]]


ONE, TWO = link("One"), link("Two", secret=OTHER)


def test_several_links_are_looked_at_first_wherever_they_come_from(kept_page: Any) -> None:
    phone = Phone(kept_page).open("add")
    phone.type("Key or link", f"{ONE}\n{TWO}")  # of which the field makes one line
    phone.press("Add the account")
    phone.reads("Look before you import")
    phone.press("Add 2 accounts")
    assert phone.names == ["One", "Two"]
    phone.open("scan")
    phone.choose_picture(png_of(f"{link('Three')}\n{link('Four')}"))
    phone.press("Add 2 accounts")
    assert phone.names == ["One", "Two", "Three", "Four"]
