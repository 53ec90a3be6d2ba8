"""The owner of an account, and an ordinary day: sign in, answer what is asked, follow the notices.

`Owner` opens every page as a person does. `QuickOwner` sends the same forms without looking at the
pages they stand on, for the many histories in which nobody reads those.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from django.test import Client

from accounts.links import take_back
from core.outbox.models import Message
from devices.models import Authenticator
from tests.attacks.pages import Form, Page, Walker
from tests.attacks.thief_and_owner import Somebody
from tests.people import Person

LINK = re.compile(r"https://testserver(/\S+)")
PASSWORD_OF_THE_OWNER = "the one after the bad afternoon"


@dataclass
class Owner(Somebody):
    """Has the password, all mailboxes, the phone with its app, and the sheet of codes."""

    @classmethod
    def of(cls, victim: Person, client: Client) -> "Owner":
        """The owner at a browser."""
        owner = cls(victim, client, victim.password, new_password=PASSWORD_OF_THE_OWNER)
        owner.reads = set(victim.user.email_addresses.values_list("address", flat=True))
        numbers = victim.user.phone_numbers.all()
        owner.texts_to = {str(each) for each in numbers}
        rows = Authenticator.objects.filter(user=victim.user)
        owner.secrets = [each.secret for each in rows]
        owner.saved = list(victim.codes)
        return owner

    def day(self, tick: Callable[[], None]) -> None:
        """Sign in, answer what is asked, follow every notice, choose a new password.

        `tick` moves the clock on, so that the phone shows the next code.
        """
        self.sign_in(tick)
        self.remove_what_is_held()
        if not self.follow_the_notices(tick):
            self.change_password(tick)

    def day_without_mail(self, tick: Callable[[], None]) -> None:
        """Sign in, answer what is asked, choose a password; read the mails only in a dispute."""
        page = self.sign_in(tick)
        self.remove_what_is_held()
        if "dispute" not in page.url or not self.follow_the_notices(tick):
            self.change_password(tick)

    def day_of_mail(self, tick: Callable[[], None]) -> None:
        """Follow the notices before anything else; without any there is nothing to do."""
        if not self.follow_the_notices(tick):
            self.day_without_mail(tick)

    def follow_the_notices(self, tick: Callable[[], None]) -> bool:
        """Press "This was not me" in each, and sign in with a new password; False without any."""
        reported = self.links()
        for link in reported:
            self.follow(link)
        if reported:  # the page says that a link for a new password is on its way
            self.open_reset_link()
            tick()
            self.sign_in(tick)
            self.remove_what_is_held()
        return bool(reported)

    def sign_in(self, tick: Callable[[], None]) -> Page:
        """With the password, or a new one if that was changed, and the app on the phone."""
        self.client.logout()
        page = self.type_password()
        if page.url.partition("?")[0] == "/sign-in/":
            self.reset_password()
            page = self.type_password()
        if page.url.startswith("/sign-in/"):
            tick()
            page = self.type_code()
        return self.take_back(page, tick)

    def type_code(self) -> Page:
        """Fill in what the app on the phone shows, if that is asked for."""
        page = self.open("/sign-in/authenticator/")
        form = next((one for one in page.forms if "code" in {f.name for f in one.fields}), None)
        return page if form is None else self.send(page, form)

    def type_password(self) -> Page:
        """Fill the first page in."""
        page = self.open("/sign-in/")
        return self.send(page, next(form for form in page.forms if form.method == "post"))

    def take_back(self, page: Page, tick: Callable[[], None]) -> Page:
        """Where the code was refused because somebody called the phone lost: take it back."""
        if not page.url.startswith("/sign-in/"):
            return page
        tick()
        page = self.open("/sign-in/take-back/")
        form = next((one for one in page.forms if "code" in {f.name for f in one.fields}), None)
        return page if form is None else self.send(page, form, next(iter(form.buttons), None))

    def reset_password(self) -> None:
        """By the link that comes to the mailbox."""
        page = self.open("/password/reset/")
        form = next(form for form in page.forms if form.method == "post")
        fill = self.fill(page, lambda each: self.victim.address if each.kind == "email" else None)
        self.walker.press(form, fill)
        self.open_reset_link()

    def open_reset_link(self) -> None:
        """Choose a new password behind the newest link, if there is one."""
        for path in self.links(part="/password/reset/link/")[:1]:
            page = self.open(path)
            form = next((one for one in page.forms if one.method == "post"), None)
            if form is not None:
                self.send(page, form)
                self.password = self.new_password

    def links(self, part: str = "/report/") -> list[str]:
        """The links of a kind in the mails, newest first, as a mail program opens them."""
        return [path for text in self.mails for path in LINK.findall(text) if part in path]

    def follow(self, path: str) -> None:
        """Open the link of a notice and press its one button."""
        page = self.open(path)
        form = next((one for one in page.forms if one.method == "post"), None)
        if form is not None and "sign-out" not in form.action:
            self.send(page, form, form.buttons[0] if form.buttons else None)

    def remove_what_is_held(self) -> None:
        """Answer each question about what somebody else has added."""
        page = self.open("/security/")
        for _each in range(20):
            found = [
                (form, button)
                for form in page.forms
                for button in form.buttons
                if button[0] == "remove"
            ]
            if not found:
                return
            page = self.send(page, *found[0])

    def change_password(self, tick: Callable[[], None]) -> None:
        """Choose a new one, proving what is asked."""
        page = self.open("/security/password/")
        if page.url.startswith("/confirm/"):
            tick()
            page = self.prove(page)
        form = next((one for one in page.forms if "password" in one.action), None)
        if form is not None:
            self.send(page, form)
            self.password = self.new_password


class QuickOwner(Owner):
    """The same day by the same forms, without the pages on which nothing has to be read.

    Wherever an answer is not the usual one, the owner goes on by the pages.
    """

    READS_NOTICES: ClassVar[bool] = False

    def links(self, part: str = "/report/") -> list[str]:
        """Make the links of notices as the mails would, without the mails."""
        if part != "/report/":
            return super().links(part)
        notices = Message.objects.filter(is_urgent=False, recipient=self.victim.address)
        ids = [notice.context["event"] for notice in notices.order_by("-pk")]
        rows = {str(row.public_id): row for row in self.victim.user.events.all()}
        urls = [take_back.url_for(rows[each], self.victim.address) for each in ids if each in rows]
        return [LINK.findall(url)[0] for url in urls if url]

    def _post(self, path: str, **data: str) -> Page:
        quick = Walker(self.client, follows=lambda _url: False)
        return self.note(quick.press(Form(path, "post", data), lambda _each: ""))

    def type_password(self) -> Page:
        """Send the first page's form."""
        return self._post("/sign-in/", email=self.victim.address, password=self.password)

    def type_code(self) -> Page:
        """Send the code; whoever is not in by it looks at what the pages say."""
        path = "/sign-in/authenticator/"
        page = self._post(path, code=self.code_for(path))
        return super().type_code() if page.url.startswith("/sign-in/") else page

    def follow(self, path: str) -> None:
        """Press the one button of the page behind the link."""
        page, _sharp, token = path.partition("#")
        self._post(page, token=token, undo="1")

    def open_reset_link(self) -> None:
        """Send the token of the newest link, then the new password."""
        for link in self.links(part="/password/reset/link/")[:1]:
            path, _sharp, token = link.partition("#")
            self._post(path, token=token)
            page = self._post("/password/reset/new/", new_password=self.new_password)
            if page.status == 302:
                self.password = self.new_password

    def remove_what_is_held(self) -> None:
        """Look for the question only if there is something to ask about."""
        if self.victim.user.bindings.asked().exists():
            super().remove_what_is_held()

    def change_password(self, tick: Callable[[], None]) -> None:
        """Send the form; the pages are for what is asked first."""
        path = "/security/password/"
        page = self._post(path, password=self.password, new_password=self.new_password)
        if page.status == 302 and not page.url.startswith("/confirm/"):
            self.password = self.new_password
        else:
            super().change_password(tick)
