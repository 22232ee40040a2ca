"""Periods of complaints and of proactive disclosure, with their basis (records/timing/rules.py)."""

from django.db import migrations

from records.timing.rules import RULES, load_rules

ACTS = [row["code"] for row in RULES]


def forwards(apps, schema_editor):
    load_rules(apps.get_model("records", "DeadlineRule"), apps.get_model("records", "LadderRung"))


def backwards(apps, schema_editor):
    apps.get_model("records", "LadderRung").objects.filter(act__in=ACTS).delete()
    apps.get_model("records", "DeadlineRule").objects.filter(code__in=ACTS).delete()


class Migration(migrations.Migration):
    dependencies = [("records", "0005_deadlines_in_full")]
    operations = [migrations.RunPython(forwards, backwards)]
