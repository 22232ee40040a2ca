"""After how long an office asks where a paper stays: local practice (records/timing/rules.py)."""

from django.db import migrations

from records.timing.rules import RECEIPT, load_rules


def forwards(apps, schema_editor):
    load_rules(apps.get_model("records", "DeadlineRule"), apps.get_model("records", "LadderRung"))


def backwards(apps, schema_editor):
    apps.get_model("records", "DeadlineRule").objects.filter(code=RECEIPT).delete()


class Migration(migrations.Migration):
    dependencies = [("records", "0020_archive")]
    operations = [migrations.RunPython(forwards, backwards)]
