"""Who a person is and how they prove it, as a Django application."""

from importlib import import_module

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, contacts, codes, events."""

    name = "accounts"

    def ready(self) -> None:
        """Say what taking back each kind of thing means."""
        import_module("accounts.binding_kinds")  # needs the models, which are there only now
