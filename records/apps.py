from importlib import import_module

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "records"
    verbose_name = "文书档案"

    def ready(self) -> None:
        # Each room's words, and its outbox handlers, are known as soon as it is loaded.
        import_module("records.permissions")
        import_module("records.workflow")
        import_module("records.publication_workflow")
        import_module("records.notify")
        import_module("records.tasks")
        import_module("records.paper_tasks")
        import_module("records.service_jobs")
        import_module("records.interviews")
        import_module("records.letter_jobs")
        import_module("records.archive_workflow")
        import_module("records.archive.papers")
        import_module("records.archive.batches")
        import_module("records.archive_lists")
        import_module("records.registrations")
        import_module("records.audit_export")
        import_module("records.publication_lines")
        import_module("records.handover_kinds")
