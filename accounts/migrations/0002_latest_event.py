"""An index for the latest event, by which the clock is measured, and for those to delete."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Finds events by their date alone."""

    dependencies = [("accounts", "0001_schema")]

    operations = [
        migrations.AddIndex(
            model_name="securityevent", index=models.Index(fields=["at"], name="event_at")
        ),
    ]
