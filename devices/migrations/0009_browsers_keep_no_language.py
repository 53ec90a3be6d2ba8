"""Names that the site made are forgotten: they were in the language of one sign-in."""

from typing import Any

from django.db import migrations, models
from django.db.models import OuterRef, Subquery

from core.http import AGENT_LENGTH


def forget_made_names(apps: Any, _schema_editor: Any) -> None:
    """Empty the name where its browser was never named; the rows live for days, most for hours.

    A trusted browser keeps what it was called if no session says what it is.
    """
    sessions = apps.get_model("devices", "Session").objects
    trusted = apps.get_model("devices", "TrustedBrowser").objects
    same = sessions.filter(browser=OuterRef("browser"), user=OuterRef("user")).exclude(agent="")
    agent = Subquery(same.order_by("-signed_in_at").values("agent")[:1])
    for row in trusted.filter(browser__name="").annotate(found=agent).exclude(found=None):
        trusted.filter(pk=row.pk).update(agent=row.found, name="")
    sessions.filter(browser__name="").update(name="")


class Migration(migrations.Migration):
    dependencies = [("devices", "0008_work_accounts")]

    operations = [
        migrations.AddField(
            model_name="trustedbrowser",
            name="agent",
            field=models.CharField(blank=True, max_length=AGENT_LENGTH),
            preserve_default=False,
        ),
        migrations.RunPython(forget_made_names, migrations.RunPython.noop),
    ]
