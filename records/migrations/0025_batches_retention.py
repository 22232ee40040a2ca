"""How long a batch of letters is kept: the country's row, marked as local practice."""

from typing import Any

from django.db import migrations

from records.archive.retention import load_retention


def load(apps: Any, schema_editor: Any) -> None:
    load_retention(apps.get_model("records", "RetentionRule"))


class Migration(migrations.Migration):
    dependencies = [("records", "0024_objection_questions")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
