"""Phones, passkeys, browsers, sessions and backups."""

import devices.factors.relying_party
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    # Of before the first release: a database that has them all has this one.
    replaces = [
        ("devices", "0001_initial"),
        ("devices", "0002_passkeys"),
        ("devices", "0003_suspended_and_trusted"),
        ("devices", "0004_browsers_of_sessions"),
        ("devices", "0005_authenticator_backups"),
        ("devices", "0006_ids_drawn_by_phones"),
        ("devices", "0007_links_of_apps"),
        ("devices", "0008_work_accounts"),
        ("devices", "0009_browsers_keep_no_language"),
        ("devices", "0010_sealed_device_of_installations"),
        ("devices", "0011_grounds_of_work_codes"),
        ("devices", "0012_passkeys_of_hosts"),
        ("devices", "0013_phones_kept_sealed"),
        ("devices", "0014_backup_key_proofs"),
        ("devices", "0015_forms_sent_twice"),
        ("devices", "0016_trust_cookies_are_renewed"),
        ("devices", "0017_orders_that_lock"),
        ("devices", "0018_work_secrets_kept"),
        ("devices", "0019_replaced_apps_kept"),
    ]

    dependencies = [
        ("accounts", "0001_schema"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Challenge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("purpose", models.CharField(max_length=20)),
                ("binding", models.CharField(max_length=64)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("used_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="FormInHand",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_index=True)),
                ("led_from", models.CharField(db_default="", default="", max_length=64)),
                ("led_to", models.CharField(db_default="", default="", max_length=64)),
                ("answer", models.BinaryField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Installation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=60)),
                ("digest", models.CharField(max_length=64)),
                ("sealed_device", models.BinaryField(null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "active"),
                            ("superseded", "not the active phone"),
                            ("unlinked", "unlinked"),
                        ],
                        max_length=12,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_contact_at", models.DateTimeField(null=True)),
                ("saved_at", models.DateTimeField(null=True)),
                ("accounts", models.PositiveIntegerField(default=0)),
                ("unsaved", models.PositiveIntegerField(default=0)),
                ("unlinked_at", models.DateTimeField(null=True)),
                ("told_silent_at", models.DateTimeField(null=True)),
                ("trusted_from", models.DateTimeField(default=django.utils.timezone.now)),
                ("replaced_until", models.DateTimeField(db_index=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="installations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="KeyTransfer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("answer", models.JSONField(null=True)),
                (
                    "installation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="transfers",
                        to="devices.installation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Passkey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("credential", models.BinaryField()),
                (
                    "rp_id",
                    models.CharField(default=devices.factors.relying_party.party, max_length=253),
                ),
                ("sign_count", models.BigIntegerField(default=0)),
                ("is_backup_eligible", models.BooleanField(default=False)),
                ("is_backed_up", models.BooleanField(default=False)),
                ("trusted_from", models.DateTimeField(default=django.utils.timezone.now)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField(null=True)),
                ("changed_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="passkeys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Phone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("linked_at", models.DateTimeField(null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("suspended_at", models.DateTimeField(null=True)),
                ("reported_at", models.DateTimeField(null=True)),
                ("sealed_until", models.DateTimeField(db_index=True, null=True)),
                ("contestable_until", models.DateTimeField(null=True)),
                ("contested_until", models.DateTimeField(null=True)),
                ("taken_back_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="phones",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="LinkRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "purpose",
                    models.CharField(
                        choices=[("link", "link the app"), ("recover", "open the backup")],
                        default="link",
                        max_length=8,
                    ),
                ),
                ("session", models.CharField(default="", max_length=36)),
                ("stamp", models.CharField(default="", max_length=64)),
                ("name", models.CharField(blank=True, max_length=60)),
                ("code_digest", models.CharField(max_length=64, unique=True)),
                ("sealed_code", models.BinaryField(null=True)),
                ("is_here", models.BooleanField(default=False)),
                ("nonce_digest", models.CharField(blank=True, default="", max_length=64)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("grants_from", models.DateTimeField(default=django.utils.timezone.now)),
                ("trusted_from", models.DateTimeField(default=django.utils.timezone.now)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("installation_id_drawn", models.UUIDField(null=True)),
                ("device_digest", models.CharField(blank=True, max_length=64)),
                ("device_name", models.CharField(blank=True, max_length=60)),
                ("number", models.CharField(blank=True, max_length=3)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="link_requests",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "phone",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="devices.phone",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="installation",
            name="phone",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="installation",
                to="devices.phone",
            ),
        ),
        migrations.AddField(
            model_name="installation",
            name="replaced_on",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="replaced_apps",
                to="devices.phone",
            ),
        ),
        migrations.CreateModel(
            name="Authenticator",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="The human-readable name of this device.", max_length=64
                    ),
                ),
                (
                    "confirmed",
                    models.BooleanField(default=True, help_text="Is this device ready for use?"),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("sealed_secret", models.BinaryField()),
                ("last_step", models.BigIntegerField(default=-1)),
                ("trusted_from", models.DateTimeField(default=django.utils.timezone.now)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("replaced_until", models.DateTimeField(db_index=True, null=True)),
                ("asked_at", models.DateTimeField(null=True)),
                (
                    "enrolment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="authenticators",
                        to="accounts.enrolment",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        help_text="The user that this device belongs to.",
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "phone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="authenticators",
                        to="devices.phone",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PhoneCommand",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("kind", models.CharField(choices=[("wipe", "wipe")], max_length=12)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("erases_from", models.DateTimeField(default=django.utils.timezone.now)),
                ("sealed_secret", models.BinaryField(null=True)),
                ("locked_at", models.DateTimeField(null=True)),
                ("called_off_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "installation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="commands",
                        to="devices.installation",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="RestoreGrant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("session", models.CharField(default="", max_length=36)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("available_at", models.DateTimeField()),
                ("trusted_from", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "installation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="grants",
                        to="devices.installation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TrustedBrowser",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("next_digest", models.CharField(max_length=64, null=True, unique=True)),
                ("family", models.CharField(max_length=64, null=True, unique=True)),
                ("renewed_at", models.DateTimeField(null=True)),
                ("name", models.CharField(max_length=100)),
                ("agent", models.CharField(blank=True, max_length=300)),
                ("address", models.CharField(blank=True, max_length=45)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_used_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "browser",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="trusted",
                        to="accounts.knownbrowser",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="trusted_browsers",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("session_key", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("address", models.CharField(blank=True, max_length=45)),
                ("agent", models.CharField(blank=True, max_length=300)),
                ("name", models.CharField(blank=True, max_length=100)),
                ("place", models.CharField(blank=True, max_length=100)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("signed_in_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "last_seen_at",
                    models.DateTimeField(db_index=True, default=django.utils.timezone.now),
                ),
                (
                    "browser",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="sessions",
                        to="accounts.knownbrowser",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "trusted",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to="devices.trustedbrowser",
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
            },
        ),
        migrations.CreateModel(
            name="Vault",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField()),
                (
                    "state",
                    models.CharField(
                        choices=[("on", "on"), ("off", "off"), ("frozen", "frozen")],
                        default="on",
                        max_length=8,
                    ),
                ),
                ("epoch", models.PositiveIntegerField(default=1)),
                ("head", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("verified_at", models.DateTimeField(null=True)),
                ("ends_at", models.DateTimeField(db_index=True, null=True)),
                ("tag_digest", models.CharField(blank=True, default="", max_length=64)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="vaults",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="KeySlot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("recovery-key", "backup key"),
                            ("passphrase", "passphrase"),
                            ("passkey", "passkey"),
                        ],
                        max_length=12,
                    ),
                ),
                ("key", models.CharField(max_length=16)),
                ("params", models.JSONField()),
                ("nonce", models.CharField(max_length=16)),
                ("sealed", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("verified_at", models.DateTimeField(null=True)),
                ("last_opened_at", models.DateTimeField(null=True)),
                ("tag_digest", models.CharField(blank=True, default="", max_length=64)),
                ("removed_at", models.DateTimeField(db_index=True, null=True)),
                (
                    "vault",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="slots",
                        to="devices.vault",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="KeyProof",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("proved_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="proofs",
                        to="devices.restoregrant",
                    ),
                ),
                (
                    "vault",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="devices.vault",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="VaultVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(null=True)),
                ("base", models.PositiveIntegerField()),
                ("epoch", models.PositiveIntegerField()),
                ("phone_name", models.CharField(max_length=60)),
                ("saved_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("accounts", models.PositiveIntegerField()),
                ("size", models.PositiveIntegerField()),
                ("header", models.JSONField()),
                ("ciphertext", models.BinaryField()),
                ("idempotency_key", models.CharField(blank=True, max_length=64)),
                ("pinned_until", models.DateTimeField(null=True)),
                ("why_pinned", models.CharField(blank=True, max_length=20)),
                (
                    "installation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="versions",
                        to="devices.installation",
                    ),
                ),
                (
                    "vault",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="devices.vault",
                    ),
                ),
            ],
            options={
                "ordering": ("number",),
            },
        ),
        migrations.CreateModel(
            name="WorkCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("trusted_from", models.DateTimeField()),
                ("ground", models.JSONField(null=True)),
                ("session", models.CharField(blank=True, max_length=40)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField(db_index=True)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "authenticator",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="devices.authenticator",
                    ),
                ),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="codes",
                        to="accounts.enrolment",
                    ),
                ),
                (
                    "installation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="work_codes",
                        to="devices.installation",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="installation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "active")),
                fields=("user",),
                name="one_active_installation",
            ),
        ),
        migrations.AddConstraint(
            model_name="authenticator",
            constraint=models.UniqueConstraint(
                condition=models.Q(("confirmed", True)),
                fields=("enrolment",),
                name="one_secret_an_enrolment",
            ),
        ),
        migrations.AddConstraint(
            model_name="vault",
            constraint=models.UniqueConstraint(
                fields=("user", "public_id"), name="vault_once_a_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="vault",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "on")), fields=("user",), name="one_vault_that_is_on"
            ),
        ),
        migrations.AddConstraint(
            model_name="keyslot",
            constraint=models.UniqueConstraint(
                fields=("vault", "public_id"), name="slot_once_a_vault"
            ),
        ),
        migrations.AddConstraint(
            model_name="keyproof",
            constraint=models.UniqueConstraint(
                fields=("grant", "vault"), name="key_proved_once_a_grant"
            ),
        ),
        migrations.AddConstraint(
            model_name="vaultversion",
            constraint=models.UniqueConstraint(fields=("vault", "number"), name="version_once"),
        ),
        migrations.AddConstraint(
            model_name="vaultversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("idempotency_key", ""), _negated=True),
                fields=("vault", "idempotency_key"),
                name="idempotency_key_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="vaultversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("number__isnull", True)),
                fields=("vault", "installation"),
                name="late_changes_once_a_phone",
            ),
        ),
    ]
