"""What members of staff may do: each role may all that the one before it may."""

from django.db import models

from core.i18n import gettext_lazy as _


class Role(models.IntegerChoices):
    """Rank of a member of staff; nobody acts on somebody of the same rank but administrators."""

    NONE = 0, ""
    AUDITOR = 1, _("Auditor")
    SUPPORT = 2, _("Support")
    RECOVERY_OFFICER = 3, _("Recovery officer")
    ADMINISTRATOR = 4, _("Administrator")
