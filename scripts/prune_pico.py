"""The part of Pico that this site uses: without it, two thirds of all styles would be for nothing.

Rules for things that no page has are left out, then the variables that nothing reads any more. Who
begins to use one of those takes its name out of `LEFT_OUT` and runs `python -m scripts.vendor`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LEFT_OUT = re.compile(
    r":host|\[aria-invalid=false|\[data-theme|\[data-tooltip|\[aria-busy|\[role=(?:group|search|button|link|switch)"
    r"|\[type=(?:color|date|datetime-local|month|range|reset|time|week)"
    r"|\.(?:close|container|container-fluid|contrast|dropdown|grid|modal-[a-z-]+|outline"
    r"|overflow-auto|secondary|striped)(?![\w-])"
    r"|(?<![\w.#-])(?:abbr|article|aside|audio|blockquote|del|dialog|h4|h5|h6|hgroup|iframe|ins"
    r"|kbd|mark|pre|progress|samp|sub|sup|table|td|tfoot|th|thead)(?![\w-])"
    r"|breadcrumb|-(?:moz|ms)-|file-selector|template|\[hidden\]"
)
OTHER_BLOCKS = re.compile(r"@keyframes (?:modal|progress|tooltip)|@-moz-document")
WRAPPERS = ("@media", "@supports")


@dataclass
class Rule:
    """What stands before the brace, and what between the braces."""

    head: str
    body: str

    def __str__(self) -> str:
        return f"{self.head}{{{self.body}}}"


def subset(source: str) -> str:
    """Return the used part of a minified sheet."""
    sheet = "".join(map(str, pruned(source)))
    while (smaller := without_unread(sheet)) != sheet:
        sheet = smaller
    return sheet


def rules_of(source: str) -> Iterator[Rule]:
    """Cut a sheet, or what a wrapper holds, into its rules."""
    start = opened = depth = 0
    for brace in re.finditer(r"[{}]", source):
        if brace[0] == "}":
            depth -= 1
            if not depth:
                yield Rule(source[start:opened].strip(), source[opened + 1 : brace.start()])
                start = brace.end()
        else:
            opened = opened if depth else brace.start()
            depth += 1


def pruned(source: str) -> Iterator[Rule]:
    """Give the rules that some page may need, each with the selectors that it may match."""
    for rule in rules_of(source):
        if rule.head.startswith(WRAPPERS):
            body = "".join(map(str, pruned(rule.body)))
        elif rule.head.startswith("@"):
            body = "" if OTHER_BLOCKS.match(rule.head) else rule.body
        else:
            body, rule.head = rule.body, ",".join(filter(is_used, selectors_of(rule.head)))
        if rule.head and body:
            yield Rule(rule.head, body)


def selectors_of(head: str) -> list[str]:
    """Cut a list of selectors at the commas outside of parentheses and brackets."""
    return re.split(r",(?![^(]*\)|[^\[]*\])", head)


def is_used(selector: str) -> bool:
    """Tell whether a page may have what this selector is about; what it excludes does not count."""
    outside = selector
    while (flat := re.sub(r"\([^()]*\)", "", outside)) != outside:
        outside = flat
    return not LEFT_OUT.search(outside) and ":is([type=date]" not in selector


def without_unread(sheet: str) -> str:
    """Drop the variables that nothing in the sheet reads; the site's own styles only set some."""
    read = set(re.findall(r"var\((--pico-[a-z0-9-]+)", sheet))
    shorter = re.sub(
        r"(--pico-[a-z0-9-]+):(?:[^;{}\"']|\"[^\"]*\"|'[^']*')*(;|(?=\}))",
        lambda found: found[0] if found[1] in read else "",
        sheet,
    )
    return re.sub(r"[^{}]*\{\}", "", shorter.replace(";}", "}"))
