"""Roles of staff. Nobody loses what they could do: superusers become administrators, other staff
recovery officers; `manage.py staff` and the page of an account give another role."""

from typing import Any

from django.db import migrations, models
from django.db.models import Q


def give_roles(apps: Any, _schema_editor: Any) -> None:
    """Read the role from the two flags of before."""
    users = apps.get_model("accounts", "User").objects
    users.filter(is_superuser=True).update(role=4, is_staff=True)
    users.filter(is_staff=True, is_superuser=False).update(role=3)


class Migration(migrations.Migration):
    """Adds the rank; `is_staff` stays beside it for what asks only that."""

    dependencies = [("accounts", "0002_latest_event")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="role",
            field=models.PositiveSmallIntegerField(
                choices=[
                    (0, ""),
                    (1, "Auditor"),
                    (2, "Support"),
                    (3, "Recovery officer"),
                    (4, "Administrator"),
                ],
                db_default=0,
                default=0,
                verbose_name="role",
            ),
        ),
        migrations.RunPython(give_roles, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=Q(role=0, is_staff=False) | Q(role__gt=0, is_staff=True),
                name="user_staff_has_role",
            ),
        ),
    ]
