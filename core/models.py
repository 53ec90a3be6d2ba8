"""Rows of the tools: Django looks for them here."""

from django.db import models

from core.limits import FailureCount, RateWindow
from core.sealed import SealedField

__all__ = ["FailureCount", "KeyCheck", "RateWindow"]


class KeyCheck(models.Model):
    """The one value that is opened at start-up (`core.key_check`); `reseal` renews it last."""

    sealed = SealedField(holds="check of the keys")
    key_name = models.CharField(max_length=100)
