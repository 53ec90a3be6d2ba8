"""Gather every sentence that people see into the catalogues under locale/, and compile them.

Translations are kept; a new sentence comes in empty, one that is gone goes. With `--check` nothing
is written: what is missing, stale, fuzzy, not compiled or wrong in a placeholder is named instead.
`messages.py LANGUAGE` begins the catalogues of another language. docs/translating.md tells more.
"""

import io
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
DOMAINS = {  # catalogue -> the files it is gathered from
    "django": [
        "accounts/**/*.py",
        "devices/**/*.py",
        "core/**/*.py",
        "portal/**/*.py",
        "templates/**/*.*",
    ],
    "djangojs": ["static/authenticator/**/*.js"],
}
KEYWORDS: dict[str, Any] = {
    "_": None,
    "n_": (1, 2),
    **dict.fromkeys(["gettext", "gettext_lazy", "gettext_noop"]),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], (1, 2)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], ((1, "c"), 2)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], ((1, "c"), 2, 3)),
}
PLACES = re.compile(r"%\(\w+\)[a-z]|\{\w*\}|%[a-z%]")
WIDTH = 100
HEADER = "# docs/translating.md tells which words are used, and how a catalogue is renewed."
Found = tuple[str | None, str | tuple[str, ...]]  # context and sentence, or its two forms


def gathered(domain: str) -> Catalog:
    """Everything the sources of this domain say, without translations."""
    catalog = Catalog(domain=domain, fuzzy=False)
    paths = {path for pattern in DOMAINS[domain] for path in ROOT.glob(pattern) if path.is_file()}
    for path in sorted(paths):
        for context, sentence in _said_in(path):
            catalog.add(sentence, locations=[(str(path.relative_to(ROOT)), 1)], context=context)
    return catalog


def _said_in(path: Path) -> Iterator[Found]:
    method = "javascript" if path.suffix == ".js" else "python"
    source = path.read_text()
    if path.suffix in {".html", ".txt"}:
        source = _as_python(source, str(path))
    file, options = io.BytesIO(source.encode()), {"parse_template_string": True}
    for _line, sentence, _comments, context in extract(method, file, KEYWORDS, options=options):
        yield context, sentence


def _as_python(template: str, origin: str) -> str:
    """What Django sees in a template, on lines that Python's tokenizer takes for statements."""
    return "\n".join(line.strip() for line in templatize(template, origin=origin).splitlines())


def updated(path: Path, fresh: Catalog) -> Catalog:
    """The catalogue of a file, holding exactly the fresh sentences."""
    kept = read(path)
    kept.update(fresh, no_fuzzy_matching=True, update_creation_date=False)
    return kept


def read(path: Path) -> Catalog:
    """The catalogue in a file; without the language in its path it would have no plural forms."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, domain=path.stem)


def text_of(catalog: Catalog) -> bytes:
    """The catalogue as people edit it; files are named without lines, which would never rest."""
    out = io.BytesIO()
    options: dict[str, Any] = {"include_lineno": False, "ignore_obsolete": True}
    write_po(out, catalog, width=WIDTH, sort_by_file=True, **options)
    return out.getvalue()


def compiled(path: Path) -> bytes:
    """The catalogue of a file as the site reads it; English stands in for what is empty."""
    catalog, out = read(path), io.BytesIO()
    for message in catalog:
        if not all(_forms(message)):
            message.string = ""  # which leaves it out; empty forms would be taken for words
    write_mo(out, catalog)
    return out.getvalue()


def faults(path: Path, fresh: Catalog) -> Iterator[str]:
    """Name what is wrong with the catalogue in this file."""
    catalog = read(path)
    kept, said = _by_key(catalog), _by_key(fresh)
    for key in said.keys() - kept.keys():
        yield f"missing: {_first(said[key])!r}"
    for key, message in kept.items():
        faults_of = [*([] if key in said else ["stale"]), *_faults_of(message)]
        yield from (f"{fault}: {_first(message)!r}" for fault in faults_of)
    if not _is_compiled(path):
        yield "its .mo is not made from it"


def _faults_of(message: Message) -> Iterator[str]:
    if message.fuzzy:
        yield "fuzzy"
    if not all(forms := _forms(message)):
        yield "not translated"
    elif any(
        sorted(PLACES.findall(form)) != sorted(PLACES.findall(_source(message, index)))
        for index, form in enumerate(forms)
    ):
        yield "other placeholders than the source"


def _by_key(catalog: Catalog) -> dict[Any, Message]:
    return {(message.context, message.id): message for message in catalog if message.id}


def _forms(message: Message) -> tuple[str, ...]:
    return _several(message.string or "")


def _source(message: Message, form: int) -> str:
    ids = _several(message.id)
    return ids[min(form, len(ids) - 1)]


def _several(words: str | Sequence[str]) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words)


def _first(message: Message) -> str:
    return _source(message, 0)


def _is_compiled(path: Path) -> bool:
    made = path.with_suffix(".mo")
    return made.is_file() and made.read_bytes() == compiled(path)


def catalogues(domain: str) -> list[Path]:
    """The files of this domain, one for each language."""
    return sorted(LOCALE.glob(f"*/LC_MESSAGES/{domain}.po"))


def begin(language: str) -> None:
    """Make empty catalogues for a language."""
    folder = LOCALE / language / "LC_MESSAGES"
    folder.mkdir(parents=True, exist_ok=True)
    for domain in DOMAINS:
        if not (folder / f"{domain}.po").exists():
            (folder / f"{domain}.po").write_bytes(text_of(_empty(language)))


def _empty(language: str) -> Catalog:
    return Catalog(
        locale=language,
        header_comment=HEADER,
        project="Latchkey",
        version="1",
        msgid_bugs_address="SECURITY.md",
        last_translator="the Latchkey authors",
        language_team=language,
        revision_date=datetime.now(UTC),
        fuzzy=False,
    )


def write() -> int:
    """Renew and compile every catalogue; say what is left to translate."""
    for domain in DOMAINS:
        fresh = gathered(domain)
        for path in catalogues(domain):
            catalog = updated(path, fresh)
            path.write_bytes(text_of(catalog))
            path.with_suffix(".mo").write_bytes(compiled(path))
            for fault in faults(path, fresh):
                print(f"{path.relative_to(ROOT)}: {fault}")
    return 0


def check() -> int:
    """Return 1, and say why, if a catalogue is not what it has to be."""
    found = [
        f"{path.relative_to(ROOT)}: {fault}"
        for domain in DOMAINS
        for fresh in [gathered(domain)]
        for path in catalogues(domain)
        for fault in faults(path, fresh)
    ]
    print(*found, "Run `make messages`, then translate what is empty.", sep="\n") if found else None
    return 1 if found else 0


def main(arguments: list[str]) -> int:
    """Do what the arguments say."""
    if arguments == ["--check"]:
        return check()
    for language in arguments:
        begin(language)
    return write()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
