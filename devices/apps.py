"""What a person holds, as a Django application."""

from importlib import import_module

from django.apps import AppConfig


class DevicesConfig(AppConfig):
    """Phones, their authenticators, and the browsers that are signed in."""

    name = "devices"

    def ready(self) -> None:
        """Follow sign-ins and changes of what protects an account."""
        for name in ("receivers", "binding_kinds"):
            import_module(f"devices.{name}")  # they need the models, which are there only now
