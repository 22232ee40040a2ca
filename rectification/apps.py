from importlib import import_module

from django.apps import AppConfig


class RectificationConfig(AppConfig):
    name = "rectification"
    verbose_name = "整改"

    def ready(self) -> None:
        import_module("rectification.permissions")
        import_module("rectification.workflow")
        import_module("rectification.tasks")
        import_module("rectification.exports")
        import_module("rectification.printing")
        import_module("rectification.archives")
        import_module("rectification.registrations")
        import_module("rectification.finds")
        import_module("rectification.handover")
        import_module("rectification.figures")
