"""What mails and text messages say; composed only when they are handed over.

Codes and tokens are drawn here, so that they never rest in a queue, a log or a row.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.activity import events, recovery_notifications
from accounts.activity.event_kinds import KINDS
from accounts.activity.user_agents import place_name
from accounts.contacts.normalization import email_key
from accounts.contacts.taken import has_account
from accounts.links import take_back
from accounts.links.addresses import link_to, url_of
from accounts.models import (
    EmailAddress,
    Invitation,
    OneTimeLink,
    SecurityEvent,
    SentCode,
    User,
)
from accounts.organisation_policy import in_words
from accounts.preferences import languages, timezones
from core.i18n import gettext_lazy as _
from core.outbox.api import Composed, Undeliverable
from core.outbox.email.plain import plain
from core.outbox.models import Message
from core.web.branding import mail_accents
from core.web.context_processors import brand

Context = dict[str, Any]

PURPOSES = {
    "sign-in": _("sign in"),
    "confirm": _("confirm that it is you"),
    "contact": _("confirm this address or number"),
    "sign-up": _("create your account"),
    "recovery-case": _("ask for your account back"),
}


def compose(message: Message) -> Composed:
    """Render one message; raises `Undeliverable` if what it speaks of has ended."""
    composer, reader = COMPOSERS.get(message.kind, _notice), _reader_of(message)
    language = languages.of_messages(reader, message.context.get("language", ""))
    with translation.override(language), timezone.override(timezones.of_messages(reader)):
        kind, context = composer(message)
        known = {**_common(), **context}
        return _mail(kind, known) if message.channel == "email" else _text_message(known)


def _reader_of(message: Message) -> User | None:
    """Return whom it goes to, no matter who caused it."""
    owner = _owner_of(message.recipient) if message.channel == "email" else None
    return User.objects.filter(pk=owner[0] if owner else message.user_id or 0).first()


def _text_message(context: Context) -> Composed:
    """Return a code; nothing else is sent to a number."""
    return Composed(subject="", text=render_to_string("sms/code.txt", context).strip() + "\n")


def _mail(kind: str, context: Context) -> Composed:
    """Return subject and both forms; the text is made of the HTML, so that both say the same."""
    folder = f"email/{kind.replace(':', '_')}"
    subject = " ".join(render_to_string(f"{folder}/subject.txt", context).split())
    context = {**context, "heading": _heading_of(subject)}
    html = render_to_string(f"{folder}/body.html", context)
    return Composed(subject=subject, text=plain(html), html=html)


def _heading_of(subject: str) -> str:
    """Return what a subject says after the name of the site, as the heading of the mail."""
    name = " ".join(settings.PORTAL_NAME.split())
    said = subject.partition(name)[2].lstrip("\u2069: ") or subject  # U+2069 ends an isolate
    return said[:1].upper() + said[1:]


def _common() -> Context:
    links = {
        "overview": url_of("overview"),
        "activity": url_of("accounts:activity"),
        "sign_in": url_of("accounts:sign_in"),
        "reset": url_of("accounts:reset_password"),
        "not_me": None,
    }
    return {
        **brand(),
        "accents": mail_accents(),
        "origin_host": urlsplit(settings.PORTAL_ORIGIN).hostname,
        "links": links,
    }


def _notice(message: Message) -> tuple[str, Context]:
    rows = SecurityEvent.objects.select_related("user")
    event = rows.filter(public_id=message.context["event"]).first()
    if event is None or not User.objects.filter(pk=event.user_id).exists():
        raise Undeliverable("the account is gone")
    where = place_name(event.agent, event.address)
    links = {
        **_common()["links"],
        "not_me": take_back.url_for(event, message.recipient),
        "stop": recovery_notifications.stop_link(event.user),
    }
    return event.kind, {
        "person": event.user,
        "event": event,
        "links": links,
        "title": events.title_of(event),
        "tone": KINDS[event.kind].tone if event.kind in KINDS else "plain",
        "at": event.at,
        "where": where,
        "details": event.details,
        "kept_until": _moment(event.details.get("kept_until")),
        "disputed_until": _moment(event.details.get("until")),
        "rules_before": in_words(event.details.get("rules_before", {})),
        "rules_after": in_words(event.details.get("rules_after", {})),
        "lines": [],
        **_more(message),
    }


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _more(message: Message) -> Context:
    """Return what else happened in the same minute, and how much of it is not listed."""
    ids = message.context.get("more", [])
    found = SecurityEvent.objects.filter(public_id__in=ids[:MORE_LISTED]).order_by("pk")
    more = [(events.title_of(row), row.at) for row in found]
    return {"more": more, "unlisted": len(ids) - len(more)}


def _code(message: Message) -> tuple[str, Context]:
    sent = SentCode.objects.filter(public_id=message.context["code"]).select_related("user").first()
    if sent is None:
        raise Undeliverable("the code is gone")
    try:
        code = sent.draw()
    except SentCode.DoesNotExist as error:
        raise Undeliverable("a newer code was asked for") from error
    return message.kind, {
        "person": sent.user,
        "code": code,
        "purpose": PURPOSES[sent.purpose],
        "minutes": int(settings.SENT_CODE_AGE.total_seconds() // 60),
        "at": sent.created_at,
        "where": place_name(message.context.get("agent", ""), message.context.get("address", "")),
    }


def _owner_of(address: str) -> tuple[int, str] | None:
    """Return whose confirmed address this is, and how it was stored."""
    key = email_key(address)
    rows = EmailAddress.objects.verified().filter(key=key).values_list("user_id", "address")
    found: tuple[int, str] | None = rows.first()
    return found or User.objects.filter(email_key=key).values_list("pk", "email").first()


def _known(message: Message, stored: str) -> tuple[str, Context]:
    """Tell the owner; what was typed may look alike and be somebody else's mailbox."""
    message.recipient = stored
    return "sign_up:known", {"at": message.created_at}


def _sign_up(message: Message) -> tuple[str, Context]:
    """Tell the owner of a known address so; the page says the same to everybody."""
    owner = _owner_of(message.recipient)
    return _known(message, owner[1]) if owner else _code(message)


def _address(message: Message) -> tuple[str, Context]:
    """An address that somebody else has confirmed gets the notice, never a code."""
    owner = _owner_of(message.recipient)
    is_anothers = owner is not None and owner[0] != message.user_id
    return _known(message, owner[1]) if owner and is_anothers else _code(message)


def _link(message: Message, purpose: str, page: str) -> tuple[str, Context]:
    """Make the link only now: the request does the same work for every address."""
    key = email_key(message.recipient)
    mailbox = EmailAddress.objects.verified().filter(key=key).select_related("user").first()
    if mailbox is None or not mailbox.user.is_active:
        raise Undeliverable("no account")
    message.recipient = mailbox.address  # as stored: what was typed may be another mailbox
    return message.kind, {
        "person": mailbox.user,
        "link": link_to(page, _token(message, mailbox, purpose)),
        "minutes": int(settings.PASSWORD_RESET_AGE.total_seconds() // 60),
        "at": message.created_at,
    }


def _token(message: Message, mailbox: EmailAddress, purpose: str) -> str:
    """Make the link in the first try, and give the same in the next ones."""
    token, link = OneTimeLink.of_message(str(message.public_id))
    if link is None:
        age = settings.PASSWORD_RESET_AGE
        return OneTimeLink.make(mailbox.user, purpose, age, mailbox).draw(token)
    if not OneTimeLink.objects.live().filter(pk=link.pk).exists():
        raise Undeliverable("a newer link was asked for")
    return token


def _invitation(message: Message) -> tuple[str, Context]:
    """Give the link of this round; a later one has another."""
    row = Invitation.objects.filter(public_id=message.context["invitation"]).first()
    if row is None or row.round != message.context["round"]:
        raise Undeliverable("another invitation was sent")
    try:
        token = row.draw()
    except Invitation.DoesNotExist as error:
        raise Undeliverable("the invitation is no longer open") from error
    link = link_to("accounts:invitation_link", token)
    firm = row.organisation
    about = {"organisation": firm.name, "joins": has_account(row.address)} if firm else {}
    return message.kind, {"link": link, "days": settings.INVITATION_AGE.days, **about}


MORE_LISTED = 20  # events in one mail; the activity has them all
COMPOSERS: dict[str, Callable[[Message], tuple[str, Context]]] = {
    "sign_in:code": _code,
    "confirm:code": _code,
    "number:code": _code,
    "address:code": _address,
    "sign_up:code": _sign_up,
    "case:code": _code,
    **recovery_notifications.COMPOSERS,
    "reset:link": partial(_link, purpose="reset", page="accounts:reset_link"),
    "sign_in:link": partial(_link, purpose="sign-in", page="accounts:sign_in_link"),
    "invitation:link": _invitation,
}
