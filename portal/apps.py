"""The roof, as a Django application: its management commands."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The site as a whole: settings, addresses, staff pages, demo."""

    name = "portal"
    label = "latchkey"  # `portal` is the label of core's tables
