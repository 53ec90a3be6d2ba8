"""The text form of a mail is made of its HTML: every word, in order, and every address once."""

import pytest

from core.outbox.email.plain import plain


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One\n  line.</p><p>Another\n</p>", "One line.\n\nAnother\n"),
        ("<p>Before: <br> <a href='/x'>https:/<wbr>/x</a></p>", "Before:\nhttps://x\n"),
        ("<p>To\n ••\u00a078  now</p>", "To ••\u00a078 now\n"),
        ("<p>A <b>bold</b>, word</p>", "A bold, word\n"),
        (
            "<dl><dt>What:</dt> <dd>A &lt;phone&gt;</dd><dt>When:</dt><dd>now</dd></dl>",
            "What: A <phone>\nWhen: now\n",
        ),
        (
            "<p>Also:</p> <ul><li>one</li><li>two</li></ul><p>End</p>",
            "Also:\n- one\n- two\n\nEnd\n",
        ),
        ("<p class='code'>123456</p>", "    123456\n"),
        ("<p><a class='button' href='https://x/#t'>Stop it</a></p>", "Stop it\nhttps://x/#t\n"),
        ("<p class='address'><a href='/x'>/x</a></p><p>End</p>", "End\n"),
        ("<head><title>T</title><style>p {}</style></head><p>Text</p>", "Text\n"),
        ("<div class='site'>Site</div><div class='card'><h1>Head</h1><p>T</p></div>", "T\n"),
        ("<p>T</p><div class='foot'>Site <br> <a href='/'>/</a></div>", "T\n\n-- \nSite\n/\n"),
        ("<p>&amp;lt; \u2068Ada &amp; Co\u2069</p>", "&lt; \u2068Ada & Co\u2069\n"),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    assert plain(html) == text
