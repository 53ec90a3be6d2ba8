"""The tags and filters of every template."""

from core.templatetags.portal_ui import breakable


def test_an_address_may_break_behind_its_at_sign_and_stays_escaped() -> None:
    assert breakable("to a••••@example.org") == "to a••••@<wbr>example.org"
    assert breakable("https://a.example/b/") == "https://a.example/<wbr>b/"
    assert breakable("on <b>") == "on &lt;b&gt;"
