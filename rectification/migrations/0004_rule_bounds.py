"""Within which bounds an office may set this room's periods, and how far they may be extended (rectification/rules.py)."""

from django.db import migrations

from rectification.rules import load_bounds


def forwards(apps, schema_editor):
    load_bounds(apps.get_model("records", "DeadlineRule"))


class Migration(migrations.Migration):
    dependencies = [("rectification", "0003_measure_has_its_writer"), ("records", "0006_rules")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
