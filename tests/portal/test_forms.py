"""A form takes who it is for and where it comes from, never the request: views translate HTTP."""

import ast
from collections.abc import Iterator
from pathlib import Path

FOLDERS = ("core", "accounts", "devices", "portal")
TRANSLATED = {"request", "client"}


def forms() -> Iterator[tuple[Path, ast.ClassDef]]:
    for path in (path for folder in FOLDERS for path in Path(folder).rglob("*.py")):
        for each in ast.walk(ast.parse(path.read_text())):
            bases = (
                [ast.unparse(base) for base in each.bases] if isinstance(each, ast.ClassDef) else []
            )
            if any(base.endswith("Form") for base in bases):
                assert isinstance(each, ast.ClassDef)
                yield path, each


def test_no_form_takes_the_request() -> None:
    found = list(forms())
    assert len(found) > 20
    taking = [
        f"{path}: {form.name}.{method.name}"
        for path, form in found
        for method in ast.walk(form)
        if isinstance(method, ast.FunctionDef)
        and TRANSLATED & {each.arg for each in (*method.args.args, *method.args.kwonlyargs)}
    ]
    assert taking == []
