"""The buttons that only a script answers: tests/portal/buttons.py cannot press them.

Each is named here with the file whose test presses it in a browser. A new one that nobody presses
fails, and so does a line that is out of date.
"""

import re
from pathlib import Path

TEMPLATES, BROWSER = Path("templates"), Path("tests/browser")
BUTTON = re.compile(r"<(?:button|a)\b(?:\{%.*?%\}|\{\{.*?\}\}|[^>])*>", re.DOTALL)
APP = "devices/authenticator"

# (template, what tells the button there) -> (file under tests/browser, what presses it)
PRESSED = {
    (f"{APP}/import.html", "choose-file"): ("authenticator.py", "Choose a file"),
    (f"{APP}/import.html", "add"): ("test_authenticator_import_again.py", "Add "),
    (f"{APP}/_backup_key.html", "noted"): ("test_backup_story.py", "I have it, go on"),
    (f"{APP}/trouble.html", "recover"): (
        "test_authenticator_passkey_lock.py",
        "Begin recovery",
    ),
    (f"{APP}/versions.html", "restore"): ("test_backup_story.py", "Restore this version"),
    (f"{APP}/versions.html", "take"): ("test_backup_trouble.py", "Take them"),
    (f"{APP}/link.html", "confirm"): ("test_app_origin.py", "Type it in the portal"),
    (f"{APP}/backup.html", "start"): ("test_backup_story.py", "Make my backup key"),
    (f"{APP}/backup.html", "switch-on"): ("test_backup_story.py", "Switch it on again"),
    (f"{APP}/lock.html", "now"): ("test_authenticator_lock.py", "Lock now"),
    (f"{APP}/scan.html", "rest"): (
        "test_authenticator_import_again.py",
        "Go on without the rest",
    ),
    (f"{APP}/recovery/open.html", "again"): ("test_recovery_keys.py", "Show another QR code"),
    (f"{APP}/recovery/open.html", "yes"): ("test_recovery_keys.py", "Give the key"),
    (f"{APP}/recovery/look.html", "take"): ("test_recovery_stories.py", "Take over"),
    (f"{APP}/recovery/begin.html", "here"): ("test_recovery_stories.py", "Continue here instead"),
    (f"{APP}/recovery/begin.html", "again"): ("test_recovery_begin.py", "Try again"),
    (f"{APP}/recovery/begin.html", "confirm"): ("test_app_origin.py", "Type it in the portal"),
    ("devices/add_passkey.html", "data-passkey-button"): ("test_passkeys.py", "Create the passkey"),
    ("devices/passkey_step.html", "data-passkey-button"): ("test_passkeys.py", "Use your passkey"),
}


def script_buttons() -> set[tuple[str, str]]:
    """Every primary button that is no link and sends no form."""
    found = set()
    for path in TEMPLATES.rglob("*.html"):
        name = path.relative_to(TEMPLATES).as_posix()
        if name.startswith("portal/styleguide/"):
            continue
        for tag in BUTTON.findall(path.read_text()):
            is_script = 'type="button"' in tag or (tag.startswith("<a") and "href=" not in tag)
            if "primary" in tag and is_script:
                part = re.search(r'data-part="([\w-]+)"', tag)
                found.add((name, part[1] if part else "data-passkey-button"))
    return found


def test_every_button_for_a_script_is_pressed_in_a_browser() -> None:
    assert script_buttons() == set(PRESSED)
    for (template, part), (file, words) in PRESSED.items():
        assert words in (BROWSER / file).read_text(), (template, part)
