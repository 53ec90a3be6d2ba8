from django.apps import AppConfig
from django.core.checks import Tags, register

from core.outbox import checks


class OutboxConfig(AppConfig):
    name = "core.outbox"
    label = "outbox"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        register(checks.sms_url_is_known, "outbox")
        register(checks.delivery_is_known, "outbox")
        register(checks.dotted_paths_can_be_imported, "outbox")
        register(checks.text_messages_leave_the_machine, Tags.security, deploy=True)
