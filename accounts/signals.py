"""What accounts tells the rest of the site."""

from django.dispatch import Signal

# Something that protects the account changed: arguments `user` and `keep`, the public id of the
# one session that stays signed in, or "". Receivers end all the others, in the same transaction.
protection_changed = Signal()
