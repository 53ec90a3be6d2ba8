"""Who a person is and how they prove it, as a Django application."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People, contacts, codes, events."""

    name = "accounts"
