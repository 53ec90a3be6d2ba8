"""Columns that hold sealed values, so that one place finds them all when the keys change."""

from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Model

from core.keys.crypto import is_sealed_with_first_key, seal, unseal


class SealedField(models.BinaryField):  # type: ignore[type-arg] # it takes no arguments at run time
    """What `core.keys.crypto.seal` returned, under the context that `context_of` names.

    `manage.py reseal` goes through every column of this kind; `holds` is what it calls them.
    """

    def __init__(self, *args: Any, holds: str = "", **kwargs: Any) -> None:
        self.holds = holds
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Be a plain column of bytes to migrations, which need not know what is in it."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.BinaryField", args, kwargs

    def seal(self, row: Model, plain: bytes) -> bytes:
        """Seal bytes for this row; the caller keeps them."""
        return seal(plain, context=context_of(row))

    def open(self, row: Model, *, any_key: bool = False) -> bytes:
        """Open what the row holds; raises `CannotUnseal`."""
        sealed = bytes(getattr(row, self.attname))
        return unseal(sealed, context=context_of(row), any_key=any_key)

    def reseal(self, row: Model) -> bool:
        """Seal one value again under the first key; False if that was not needed.

        Raises `CannotUnseal`. A change that somebody else makes meanwhile is not overwritten.
        """
        plain, before = self.open(row, any_key=True), bytes(getattr(row, self.attname))
        if own := getattr(row, "reseal", None):  # a digest of what is sealed goes along
            return bool(own(plain))
        if is_sealed_with_first_key(before, context=context_of(row)):
            return False
        fresh = self.seal(row, plain)
        rows = type(row)._base_manager.filter(pk=row.pk, **{self.attname: before})
        return rows.update(**{self.attname: fresh}) == 1


def context_of(row: Model) -> str:
    """Name the row that a value belongs to, so that it cannot be moved to another one."""
    public_id = getattr(row, "public_id", None)
    label = row._meta.label_lower
    return f"{label}:{public_id}" if public_id else label


def sealed_fields() -> list[SealedField]:
    """List every sealed column of the site."""
    columns = [field for model in apps.get_models() for field in model._meta.local_fields]
    return [field for field in columns if isinstance(field, SealedField)]
