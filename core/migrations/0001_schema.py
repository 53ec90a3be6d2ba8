"""Budgets, limits and the check of the sealing keys."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    # Of before the first release: a database that has them all has this one.
    replaces = [
        ("portal", "0001_initial"),
        ("portal", "0002_key_check_and_sealed_parts"),
    ]

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="FailureCount",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("sealed_parts", models.BinaryField(null=True)),
                ("failures", models.PositiveIntegerField()),
                ("blocked_until_ms", models.BigIntegerField(default=0)),
                ("touched_ms", models.BigIntegerField(db_index=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="KeyCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sealed", models.BinaryField()),
                ("key_name", models.CharField(max_length=100)),
            ],
        ),
        migrations.CreateModel(
            name="RateWindow",
            fields=[
                ("key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("sealed_parts", models.BinaryField(null=True)),
                ("count", models.PositiveIntegerField()),
                ("ends_ms", models.BigIntegerField(db_index=True)),
            ],
            options={
                "abstract": False,
            },
        ),
    ]
