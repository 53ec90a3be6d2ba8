"""From when a step may be due to be asked for; whoever had two-step on is looked at once."""

from typing import Any

from django.db import migrations, models


def look_once(apps: Any, schema_editor: Any) -> None:
    rows = apps.get_model("accounts", "User").objects.filter(two_step_since__isnull=False)
    rows.update(asks_from=models.F("two_step_since"))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_browser_names"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="asks_from",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunPython(look_once, migrations.RunPython.noop),
    ]
