"""Puts the portal's own admin site in the place of Django's."""

from importlib import import_module

from django.contrib.admin.apps import SimpleAdminConfig


class PortalAdminConfig(SimpleAdminConfig):
    """Django's admin application with the portal's site, on which only accounts are registered."""

    default_site = "portal.staff.site.StaffSite"

    def ready(self) -> None:
        """Register accounts and nothing that other applications would bring along."""
        super().ready()
        import_module("accounts.admin")  # needs the models, ready only now
