from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_staff_log"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="password_required_at",
            field=models.DateTimeField(
                editable=False, null=True, verbose_name="new password required"
            ),
        ),
        migrations.AlterField(
            model_name="recoverycontact",
            name="key",
            field=models.CharField(editable=False, max_length=508),
        ),
    ]
