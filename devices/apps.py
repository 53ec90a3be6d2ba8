"""What a person holds, as a Django application."""

from importlib import import_module

from django.apps import AppConfig
from django.core.checks import Tags, register


class DevicesConfig(AppConfig):
    """Phones, their authenticators, and the browsers that are signed in."""

    name = "devices"

    def ready(self) -> None:
        """Follow sign-ins and changes of what protects an account."""
        for name in ("receivers", "holds"):
            import_module(f"devices.{name}")  # they need the models, which are there only now
        checks = import_module("devices.checks")
        register(checks.check_passkey_hosts, Tags.database)
