from importlib import import_module

from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "inspections"
    verbose_name = "督学"

    def ready(self) -> None:
        # The room's words, state tables and places are known as soon as it is loaded.
        import_module("inspections.permissions")
        import_module("inspections.workflow")
        import_module("inspections.printing")
        import_module("inspections.tasks")  # the public site wakes one of them by its name
        import_module("inspections.archives")
        import_module("inspections.registrations")
        import_module("inspections.finds")
        import_module("inspections.handover")
        import_module("inspections.figures")
        import_module("inspections.exports")
