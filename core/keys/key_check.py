"""Proof that `SEALING_KEYS` is the ring that this database was sealed with.

One row holds a sealed value that everybody knows. What cannot open it would take every right code
for a wrong one: the site then does not start, and `/readyz` says so (ASVS 5.0 13.3).
"""

import logging
from typing import Any

from django.apps import apps
from django.db import DatabaseError, models

from core.keys.crypto import CannotUnseal, key_ring
from core.keys.sealed import SealedField, sealed_fields

logger = logging.getLogger(__name__)

KNOWN = b"latchkey"
ONLY = 1
SAMPLE = 3  # values looked at where no row was made yet


class WrongKeys(Exception):
    """The ring opens nothing that this database holds; says what to do."""


def judge() -> None:
    """Open the row, or some other sealed values; raises `WrongKeys` or `DatabaseError`."""
    row = _rows().filter(pk=ONLY).first()
    if row is None:
        _refuse_foreign_rows()
        return
    try:
        _field().open(row)
    except CannotUnseal as error:
        raise WrongKeys(
            f"SEALING_KEYS does not open this database, which was sealed with the key "
            f"{row.key_name}: put that key back."
        ) from error


def judge_if_possible() -> None:
    """The same at start-up, where the database may be away or not migrated yet; makes the row."""
    try:
        judge()
        if not _rows().filter(pk=ONLY).exists():
            renew()
    except DatabaseError as error:
        logger.warning("SEALING_KEYS could not be tried yet (%s)", type(error).__name__)


def renew() -> None:
    """Seal the row with the first key: from now on the site starts with that one alone."""
    rows, name = _rows(), next(iter(key_ring()))
    sealed = _field().seal(rows.model(pk=ONLY), KNOWN)
    rows.update_or_create(pk=ONLY, defaults={"sealed": sealed, "key_name": name})


def _rows() -> Any:
    """Find the model late: the checks that ask for it are imported before any model can be."""
    return apps.get_model("portal", "KeyCheck")._default_manager


def _field() -> SealedField:
    return next(field for field in sealed_fields() if field.model is _rows().model)


def _refuse_foreign_rows() -> None:
    """Look at a few sealed values of a database that an older version filled."""
    for field in sealed_fields():
        rows = field.model._base_manager.filter(**{f"{field.attname}__isnull": False})
        opened = [_opens(field, row) for row in rows.order_by("-pk")[:SAMPLE]]
        if opened and not any(opened):
            raise WrongKeys(
                f"SEALING_KEYS does not open this database ({field.holds}): "
                "put back the key that it was sealed with."
            )


def _opens(field: SealedField, row: models.Model) -> bool:
    try:
        field.open(row)
    except CannotUnseal:
        return False
    return True
