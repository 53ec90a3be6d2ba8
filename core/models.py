"""Rows of the tools: Django looks for them here."""

from django.db import models

from core.keys.sealed import SealedField
from core.limits.counters import FailureCount, RateWindow

__all__ = ["FailureCount", "KeyCheck", "RateWindow"]


class KeyCheck(models.Model):
    """The one value that is opened at start-up (`core.keys.key_check`); `reseal` renews it last."""

    sealed = SealedField(holds="check of the keys")
    key_name = models.CharField(max_length=100)
