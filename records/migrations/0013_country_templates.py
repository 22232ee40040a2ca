"""The country's document templates; and drafts that were filed when they were begun go back to their office's desk."""

import tomllib
from pathlib import Path

from django.db import migrations

from records import clock

TEMPLATES = Path(__file__).resolve().parents[1] / "data" / "document_templates.toml"


def load_templates(Template):
    given = tomllib.loads(TEMPLATES.read_text(encoding="utf-8"))["template"]
    Template.objects.bulk_create(
        Template(**row | {"body": row["body"].strip()}, division_code=None, updated_at=clock.now()) for row in given
    )


def load(apps, schema_editor):
    load_templates(apps.get_model("records", "DocumentTemplate"))
    Document = apps.get_model("records", "Document")
    Document.objects.filter(state__in=["drafted", "submitted", "approved"], served_at=None).update(filed_at=None)


def unload(apps, schema_editor):
    apps.get_model("records", "DocumentTemplate").objects.filter(division_code=None).delete()


class Migration(migrations.Migration):
    dependencies = [("records", "0012_document_templates")]
    operations = [migrations.RunPython(load, unload)]
