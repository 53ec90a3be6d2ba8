"""Recovery cases, and the word of officers on them."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds both tables, and the mark of an open case on the account."""

    dependencies = [
        ("accounts", "0003_role"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="case_opened_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.CreateModel(
            name="RecoveryCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("key", models.CharField(max_length=64)),
                ("contact", models.EmailField(max_length=254)),
                ("language", models.CharField(blank=True, max_length=10)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "open"),
                            ("approved", "approved"),
                            ("done", "done"),
                            ("stopped", "stopped by the owner"),
                            ("proved", "ended by a sign-in"),
                            ("withdrawn", "withdrawn"),
                            ("declined", "declined"),
                            ("expired", "expired"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("evidence", models.JSONField(default=list)),
                ("address", models.CharField(blank=True, max_length=45)),
                ("agent", models.CharField(blank=True, max_length=300)),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("waits_until", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("reminded_at", models.DateTimeField(null=True)),
                ("approved_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recovery_cases",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CaseApproval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=500)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="approvals",
                        to="accounts.recoverycase",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="recoverycase",
            index=models.Index(
                condition=models.Q(("state__in", ("waiting", "approved"))),
                fields=["waits_until"],
                name="case_open",
            ),
        ),
        migrations.AddIndex(
            model_name="recoverycase",
            index=models.Index(fields=["user", "-opened_at"], name="case_of_person"),
        ),
        migrations.AddConstraint(
            model_name="recoverycase",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("waiting", "approved")), ("user__isnull", False)),
                fields=("user",),
                name="one_open_case_an_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="recoverycase",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("waiting", "approved")), ("user__isnull", True)),
                fields=("key",),
                name="one_open_case_a_stranger",
            ),
        ),
        migrations.AddConstraint(
            model_name="caseapproval",
            constraint=models.UniqueConstraint(
                fields=("case", "officer"), name="one_approval_an_officer"
            ),
        ),
    ]
