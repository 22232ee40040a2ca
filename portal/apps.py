from importlib import import_module

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "门户"

    def ready(self) -> None:
        import_module("portal.permissions")
        import_module("portal.registrations")
        import_module("portal.overview.tables")
        import_module("portal.checks")
