from importlib import import_module

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "records"
    verbose_name = "文书档案"

    def ready(self) -> None:
        # Each room's words, and its outbox handlers, are known as soon as it is loaded.
        import_module("records.permissions")
        import_module("records.workflow")
        import_module("records.publication.workflow")
        import_module("records.notices.notify")
        import_module("records.tasks")
        import_module("records.documents.paper_tasks")
        import_module("records.documents.service_jobs")
        import_module("records.documents.interviews")
        import_module("records.letters.jobs")
        import_module("records.archive.workflow")
        import_module("records.archive.papers")
        import_module("records.archive.batches")
        import_module("records.archive.lists")
        import_module("records.registrations")
        import_module("records.finds")
        import_module("records.search.hardened")
        import_module("records.trail.audit_export")
        import_module("records.list_exports")
        import_module("records.people_exports")
        import_module("records.people_imports")
        import_module("records.publication.lines")
        import_module("records.handovers.kinds")
        import_module("records.figures.counted")
        import_module("records.figures.tasks")
