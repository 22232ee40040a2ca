"""Deadline rules and ladder of this room: reference data with their basis (rectification/rules.py)."""

from django.db import migrations

from rectification.rules import ORDER, REPORT, SIGN, URGE, VERIFY, load_rules


def forwards(apps, schema_editor):
    load_rules(apps.get_model("records", "DeadlineRule"), apps.get_model("records", "LadderRung"))


def backwards(apps, schema_editor):
    acts = [ORDER, REPORT, SIGN, URGE, VERIFY]
    apps.get_model("records", "LadderRung").objects.filter(act__in=acts).delete()
    apps.get_model("records", "DeadlineRule").objects.filter(code__in=acts).delete()


class Migration(migrations.Migration):
    dependencies = [("rectification", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
