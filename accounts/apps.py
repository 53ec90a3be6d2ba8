"""Who a person is and how they prove it, as a Django application."""

from importlib import import_module

from django.apps import AppConfig
from django.core.checks import Tags, register


class AccountsConfig(AppConfig):
    """People, contacts, codes, events."""

    name = "accounts"

    def ready(self) -> None:
        """Say what taking back each kind of thing means, and register what start-up refuses."""
        import_module("accounts.holds.kinds")  # needs the models, which are there only now
        checks = import_module("accounts.checks")
        register(checks.check_leaked_passwords, Tags.security)
        register(checks.check_events_owner, Tags.security, deploy=True)
        register(checks.check_clock, deploy=True)
