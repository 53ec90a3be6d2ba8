"""A person with an account."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.contacts.normalization import ADDRESS_LENGTH, email_key, password_form
from accounts.models.contact import EmailAddress
from accounts.models.role import Role
from core.addresses import in_letters
from core.fields import NameField
from core.i18n import gettext_lazy as _
from core.timezones import LONGEST

if TYPE_CHECKING:
    from accounts.models.organisation import Enrolment


PASSWORD_FIELDS = ("password", "password_changed_at", "password_required_at")
"""What `User.set_password` sets, for `save(update_fields=…)`."""


class UserManager(BaseUserManager["User"]):
    """Finds people by the key of their address and makes new ones."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person who signs in with this address, however it is spelled."""
        return self.get(email_key=email_key(username or ""))

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make a person whose address counts as confirmed."""
        fields.setdefault("is_staff", bool(fields.get("role")))
        user = self.model(email=in_letters(email.strip()), **fields)
        user.set_password(password)
        with transaction.atomic(using=self._db):
            user.save(using=self._db)
            EmailAddress.objects.create(user=user, address=user.email, verified_at=timezone.now())
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make an administrator, who may do everything in the admin once two-step is set up."""
        role = Role.ADMINISTRATOR
        return self.create_user(email, password, **fields, role=role, is_superuser=True)


class User(AbstractBaseUser, PermissionsMixin):
    """A person; `email` is the identity, compared by `email_key`."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"), max_length=ADDRESS_LENGTH, unique=True)
    email_key = models.CharField(max_length=ADDRESS_LENGTH * 2, unique=True, editable=False)
    name = NameField(_("name"), max_length=100, blank=True)
    is_active = models.BooleanField(_("not locked"), default=True)
    role = models.PositiveSmallIntegerField(
        _("role"), choices=Role, default=Role.NONE, db_default=Role.NONE
    )
    is_staff = models.BooleanField(_("staff"), default=False)  # whether there is a role
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)
    password_changed_at = models.DateTimeField(_("password changed"), default=timezone.now)
    # Since when staff require a new one: nothing else can be done in a session until there is one.
    password_required_at = models.DateTimeField(
        _("new password required"), null=True, editable=False
    )
    two_step_since = models.DateTimeField(_("two-step verification on since"), null=True)
    # The latest end of a hold, until nothing is left to ask; see `accounts.holds.bindings`. It
    # spares most sign-ins the search for one.
    held_until = models.DateTimeField(null=True, editable=False)
    # Since when nothing is added without a strong proof: a notice's link was pressed, or staff did.
    frozen_at = models.DateTimeField(null=True, editable=False)
    # Two sides contradict each other: since when, by the act that is disputed, and until when.
    disputed_since = models.DateTimeField(null=True, editable=False)
    disputed_until = models.DateTimeField(null=True, editable=False)
    # Since when somebody asks to recover the account; spares most sign-ins the search for a case.
    case_opened_at = models.DateTimeField(null=True, editable=False)
    # Slugs of steps that send codes and that the person never wants used.
    declined_steps = models.JSONField(default=list, editable=False)
    # From when a step may be due to be asked for; spares most sign-ins the search for one.
    asks_from = models.DateTimeField(null=True, editable=False)
    # Whether an organisation ever gave an account; spares the pages of others the search for one.
    has_organisation_account = models.BooleanField(
        default=False, editable=False, db_column="has_work"
    )
    # The same for recovery contacts.
    has_recovery_contact = models.BooleanField(default=False, db_default=False, editable=False)
    # And for what is managed: whether they manage an organisation.
    is_manager = models.BooleanField(default=False, db_default=False, editable=False)
    # What the strictest of their organisations asks, see `accounts.organisation_policy`: from
    # which day two-step verification, which steps that send codes never, how long a session.
    two_step_due = models.DateField(null=True, editable=False)
    barred_steps = models.JSONField(null=True, editable=False)
    session_hours = models.PositiveSmallIntegerField(null=True, editable=False)
    # Set by a password reset through this mailbox: until a sign-in proves something else,
    # a code sent to the same mailbox would be one mailbox counted twice.
    reset_mailbox = models.ForeignKey(
        EmailAddress, null=True, on_delete=models.SET_NULL, related_name="+", editable=False
    )

    # In which language to speak to them; "" for the one that the browser asks for.
    language = models.CharField(_("language"), max_length=10, blank=True, editable=False)
    # The one they read when they last signed in or up: mails match the pages.
    last_language = models.CharField(max_length=10, blank=True, editable=False)
    # The time zone of the browser they last signed in or up with, for the times in mails.
    last_zone = models.CharField(max_length=LONGEST, blank=True, editable=False)

    last_login = None  # the activity tells it, and more

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = (
            models.CheckConstraint(
                condition=Q(role=Role.NONE, is_staff=False) | Q(role__gt=Role.NONE, is_staff=True),
                name="user_staff_has_role",
            ),
        )
        # The states that staff look for, each in the order of the list (accounts/admin.py).
        indexes = (
            models.Index(Upper("name"), name="user_name"),
            models.Index(fields=["id"], name="user_locked", condition=Q(is_active=False)),
            models.Index(fields=["id"], name="user_frozen", condition=Q(frozen_at__isnull=False)),
            models.Index(
                fields=["id"], name="user_in_recovery", condition=Q(case_opened_at__isnull=False)
            ),
            models.Index(
                fields=["id"],
                name="user_needs_password",
                condition=Q(password_required_at__isnull=False),
            ),
            models.Index(fields=["id"], name="user_staff", condition=Q(is_staff=True)),
            models.Index(
                fields=["id"], name="user_two_step", condition=Q(two_step_since__isnull=False)
            ),
            models.Index(
                fields=["id"], name="user_no_two_step", condition=Q(two_step_since__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the key in step with the address."""
        self.email_key = email_key(self.email)
        fields = kwargs.get("update_fields")
        if fields and "email" in fields:
            kwargs["update_fields"] = {*fields, "email_key"}
        super().save(*args, **kwargs)

    def set_password(self, raw_password: str | None) -> None:
        """Hash the password in NFC and note when."""
        super().set_password(None if raw_password is None else password_form(raw_password))
        self.password_changed_at = timezone.now()
        self.password_required_at = None

    def check_password(self, raw_password: str | None) -> bool:
        """Compare in NFC; re-hashes when the hasher's parameters have changed."""
        return raw_password is not None and super().check_password(password_form(raw_password))

    @property
    def has_two_step(self) -> bool:
        """Whether signing in takes a second step."""
        return self.two_step_since is not None

    def has_declined(self, slug: str) -> bool:
        """Tell whether this step is never to be used; only two-step verification asks for one."""
        return self.has_two_step and slug in self.declined_steps

    def bars(self, slug: str) -> bool:
        """Tell whether an organisation wants this step never used; as with `has_declined`."""
        return self.has_two_step and slug in (self.barred_steps or ())

    def never_uses(self, slug: str) -> bool:
        """Tell whether this step is not used, as the person or an organisation decided."""
        return self.has_declined(slug) or self.bars(slug)

    @property
    def must_keep_two_step(self) -> bool:
        """Whether an organisation requires two-step verification by now."""
        return self.two_step_due is not None and self.two_step_due <= timezone.localdate()

    @property
    def organisation_accounts(self) -> "list[Enrolment]":
        """The accounts of organisations that staff did not end, with their organisations."""
        if not self.has_organisation_account:
            return []
        return list(self.enrolments.current().select_related("organisation"))

    @property
    def display_name(self) -> str:
        """The name to greet with."""
        return self.name or self.email

    def get_session_auth_hash(self) -> str:
        """Return a stamp that ends every other session when the password changes."""
        return self.stamp("session")

    def get_session_auth_fallback_hash(self) -> list[str]:
        """Return no stamps of earlier secret keys: after a rotation people sign in again."""
        return []

    def stamp(self, purpose: str) -> str:
        """Return a digest that changes with the password, for links and half-done flows."""
        value = f"{self.password}\x1f{self.pk}"
        return salted_hmac(f"accounts.user.{purpose}", value, algorithm="sha256").hexdigest()

    def lock_for_update(self) -> "User":
        """Read the person again; parallel changes of what protects them wait until the commit.

        The one order of locks is person, factors, sessions: take the turn before touching either.
        """
        return User.objects.select_for_update(no_key=True).get(pk=self.pk)

    @property
    def changes_by_proving(self) -> bool:
        """Whether a strong proof would change this row: end a hold or a case, free a mailbox."""
        marks = (self.held_until, self.frozen_at, self.reset_mailbox_id, self.case_opened_at)
        return any(mark is not None for mark in marks) or self.may_be_asked

    @property
    def is_disputed(self) -> bool:
        """Whether two sides contradict each other, and neither was decided for."""
        return self.disputed_until is not None and self.disputed_until > timezone.now()

    @property
    def has_held(self) -> bool:
        """Whether something that was added may be held still; asks nothing."""
        return self.held_until is not None and self.held_until > timezone.now()

    @property
    def may_be_asked(self) -> bool:
        """Whether a step may be due to be asked for."""
        return self.asks_from is not None and self.asks_from <= timezone.now()

    def begin_hold(self, until: datetime) -> None:
        """Note that something counts fully only from this moment."""
        self.held_until = max(until, self.held_until or until)
        User.objects.filter(pk=self.pk).update(held_until=self.held_until)

    def turn_two_step_on(self) -> bool:
        """Switch two-step verification on; False if it already was."""
        return self._set_two_step(timezone.now(), was_null=True)

    def turn_two_step_off(self) -> bool:
        """Switch two-step verification off; False if it already was."""
        return self._set_two_step(None, was_null=False)

    def _set_two_step(self, since: datetime | None, *, was_null: bool) -> bool:
        rows = User.objects.filter(pk=self.pk, two_step_since__isnull=was_null)
        changed = rows.update(two_step_since=since)
        self.two_step_since = since
        return changed == 1
