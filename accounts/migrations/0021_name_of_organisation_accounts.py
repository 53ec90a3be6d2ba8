from django.db import migrations, models


class Migration(migrations.Migration):
    """The field has another name; its column keeps the one it has."""

    dependencies = [
        ("accounts", "0020_pending_recovery_codes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="has_work",
            field=models.BooleanField(db_column="has_work", default=False, editable=False),
        ),
        migrations.RenameField("user", "has_work", "has_organisation_account"),
    ]
