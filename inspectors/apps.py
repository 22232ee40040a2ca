from importlib import import_module

from django.apps import AppConfig


class InspectorsConfig(AppConfig):
    name = "inspectors"
    verbose_name = "督学队伍"

    def ready(self) -> None:
        import_module("inspectors.permissions")
        import_module("inspectors.registrations")
        import_module("inspectors.finds")
        import_module("inspectors.handover")
        import_module("inspectors.exports")
        import_module("inspectors.imports")
        import_module("inspectors.tasks")
