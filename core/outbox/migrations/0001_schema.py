"""The out-box: messages that wait for a worker."""

import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    # Of before the first release: a database that has them all has this one.
    replaces = [
        ("outbox", "0001_initial"),
        ("outbox", "0002_what_is_urgent"),
    ]

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "channel",
                    models.CharField(
                        choices=[("email", "e-mail"), ("sms", "text message")], max_length=8
                    ),
                ),
                ("recipient", models.CharField(max_length=320)),
                ("kind", models.CharField(max_length=64)),
                ("is_urgent", models.BooleanField(default=True)),
                ("context", models.JSONField(default=dict)),
                ("user_id", models.BigIntegerField(null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "on its way"),
                            ("sent", "handed over"),
                            ("failed", "not delivered"),
                            ("expired", "not delivered in time"),
                        ],
                        default="queued",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("next_attempt_at", models.DateTimeField()),
                ("leased_until", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "queued")),
                        fields=["-is_urgent", "next_attempt_at", "id"],
                        name="outbox_due",
                    ),
                    models.Index(fields=["created_at"], name="outbox_age"),
                ],
            },
        ),
    ]
