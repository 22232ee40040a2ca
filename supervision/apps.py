from importlib import import_module

from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "supervision"
    verbose_name = "督导委员会"

    def ready(self) -> None:
        import_module("supervision.permissions")
        import_module("supervision.registrations")
        import_module("supervision.figures")
        import_module("supervision.exports")
        import_module("supervision.imports")
        import_module("supervision.finds")
