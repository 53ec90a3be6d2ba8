"""The ground under accounts and devices, as a Django application."""

from django.apps import AppConfig
from django.core.checks import Tags, register

from core.startup import checks, service_checks


class CoreConfig(AppConfig):
    """Limits, sealed values, error pages and start-up checks."""

    name = "core"
    label = "portal"  # of its tables and migrations, from before it was a room of its own

    def ready(self) -> None:
        """Register the start-up checks."""
        register(checks.check_keys, Tags.security)
        register(checks.check_origin, Tags.security)
        register(checks.check_app_origin, Tags.security)
        register(checks.check_proxies, Tags.security)
        register(checks.check_passkey_origins, Tags.security)
        register(checks.check_places)
        register(checks.check_trust, Tags.security)
        register(checks.check_brand)
        register(checks.check_production, Tags.security, deploy=True)
        register(service_checks.check_sender)
        register(service_checks.check_security_contact)
        register(service_checks.check_proxy, Tags.security, deploy=True)
        register(checks.check_database_keys, Tags.security, deploy=True)
