"""Signing in with an address and a password."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.contacts.normalization import email_key, password_form
from accounts.models import User
from accounts.passwords import hashers
from accounts.passwords.validators import is_hashable


class AccountLocked(Exception):
    """The password is right, and the account is locked: only its owner may be told."""

    def __init__(self, user: User) -> None:
        super().__init__("the account is locked")
        self.user = user


class EmailBackend(ModelBackend):
    """Finds a person by the key of the address; unknown addresses cost the same hash."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """Return the person if the password is right; raises `AccountLocked` if nothing else is."""
        if not username or not password or not is_hashable(password):
            return None
        user = User.objects.filter(email_key=email_key(username)).first()
        is_right = user is not None and user.check_password(password)
        if user is None or not is_right:
            hashers.equalise(password_form(password), user.password if user else "")
            return None
        if not self.user_can_authenticate(user):
            raise AccountLocked(user)
        return user
