from django.apps import AppConfig


class InspectorsConfig(AppConfig):
    name = "inspectors"
    verbose_name = "督学队伍"
