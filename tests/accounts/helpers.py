"""What the stories share: reading pages and messages, and walking through the sign-in."""

import html
import re
from typing import Any

from django.conf import settings
from django.core import mail
from django.template.loader import render_to_string
from django.test import Client

from accounts.authentication.proofs import Strength, proofs_in
from accounts.models import EmailAddress, User
from accounts.models.contact import Contact
from accounts.readiness import assessment
from tests.people import Person

NOT_WORDS = re.compile(r"<(script|style|svg|title)\b.*?</\1>|<[^>]+>", re.DOTALL)
SIX_DIGITS = re.compile(r"^\s*(\d{6})\b", re.MULTILINE)


def seen(response: Any) -> str:
    """The words of a page, as a person reads them."""
    words = NOT_WORDS.sub(" ", response.content.decode().replace("<wbr>", ""))
    return " ".join(html.unescape(words).split())


def verdict(person: Person) -> str:
    """What the overview of a person begins with, after its tone."""
    found = assessment.of(person.user).verdict
    words = NOT_WORDS.sub(" ", render_to_string("portal/_verdict.html", {"verdict": found}))
    return f"{found.tone}: {' '.join(html.unescape(words).split())}"


def mails_to(address: str) -> list[str]:
    """Subject and text of every mail to an address, oldest first."""
    return [f"{sent.subject}\n{sent.body}" for sent in mail.outbox if address in sent.to]


def told(*words: str) -> set[str]:
    """The addresses that got a mail whose subject or text has these words."""
    return {
        sent.to[0]
        for sent in mail.outbox
        if all(word in f"{sent.subject}\n{sent.body}" for word in words)
    }


def code_to(address: str) -> str:
    """The six digits of the newest mail to an address that holds some."""
    found = [match for text in mails_to(address) for match in SIX_DIGITS.findall(text)]
    return str(found[-1])


def other_than(code: str) -> str:
    """Six digits that are not this code."""
    return f"{(int(code) + 1) % 10**6:06d}"


def mailbox(person: Person) -> EmailAddress:
    """The address of the person that was confirmed first."""
    found: EmailAddress = person.user.email_addresses.verified().order_by("pk")[0]
    return found


def addresses(user: User) -> set[str]:
    """Every confirmed address of the person."""
    return set(user.email_addresses.verified().values_list("address", flat=True))


def type_password(client: Client, person: Person, **more: str) -> Any:
    """Post the sign-in form."""
    return client.post("/sign-in/", {"email": person.address, "password": person.password, **more})


def ask(client: Client, contact: Contact, at: str = "/sign-in/email/") -> Any:
    """Ask for a code to a contact."""
    return client.post(at, {"send": str(contact.public_id)})


def type_code(client: Client, code: str, at: str = "/sign-in/email/") -> Any:
    """Post a code."""
    return client.post(at, {"code": code})


def recover(client: Client, person: Person) -> Any:
    """Sign in with a code by e-mail."""
    type_password(client, person)
    ask(client, mailbox(person))
    return type_code(client, code_to(mailbox(person).address))


def is_in(client: Client) -> bool:
    """Whether this browser is signed in."""
    return client.get("/security/").status_code == 200


def level_of(client: Client) -> Strength:
    """The strongest thing that this browser's session has proved."""
    strengths = [proof.strength for proof in proofs_in(client.session)]
    return max(strengths, default=Strength.NOTHING)


def cookie_of(client: Client) -> str:
    """The session cookie of this browser."""
    cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
    return cookie.value if cookie else ""


def is_dead(cookie: str) -> bool:
    """Whether a session cookie opens nothing any more."""
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = cookie
    return thief.get("/security/", secure=True).status_code == 302
