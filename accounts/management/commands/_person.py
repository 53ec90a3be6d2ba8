"""What the commands about one person share."""

from getpass import getpass

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import CommandError, OutputWrapper

from accounts.contacts.normalization import email_key
from accounts.links.addresses import link_to
from accounts.models import OneTimeLink, User


def person_with(address: str) -> User:
    """Return the person who signs in with this address; raises `CommandError` if nobody does."""
    user = User.objects.filter(email_key=email_key(address)).first()
    if user is None:
        raise CommandError("There is no account with this address.")
    return user


def set_up_link(user: User) -> str:
    """Make the link for setting up the second step, and put it in words.

    It replaces an earlier one; the password is asked all the same.
    """
    link = OneTimeLink.make(user, "set-up", settings.SET_UP_LINK_AGE)
    minutes = int(settings.SET_UP_LINK_AGE.total_seconds() // 60)
    return (
        f"Open this link to set up your second step. Until then the staff pages stay closed.\n"
        f"It works once, for {minutes} minutes:\n\n"
        f"  {link_to('accounts:set_up_link', link.draw())}\n\n"
        f"Expired? Get a new one: manage.py setup_link {user.email}"
    )


def ask_password(address: str, stderr: OutputWrapper) -> str:
    """Ask for a password twice until it is good."""
    while True:
        password = getpass("Password: ")
        try:
            validate_password(password, User(email=address))
        except ValidationError as error:
            stderr.write(" ".join(error.messages))
            continue
        if password == getpass("Password, again: "):
            return password
        stderr.write("The two passwords do not match.")


def given_password(password: str, address: str) -> str:
    """Return the password of the environment; raises `CommandError` unless it is good."""
    if not password:
        raise CommandError("With --noinput, give DJANGO_SUPERUSER_PASSWORD.")
    try:
        validate_password(password, User(email=address))
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    return password
