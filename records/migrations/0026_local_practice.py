"""The basis of what no text gives reads 本地惯例 alone: its English stood in the clerks' pages."""

from django.db import migrations

COLUMNS = (
    ("records_deadlinerule", "basis"), ("records_deadlinerule", "extension_basis"), ("records_ladderrung", "basis"),
    ("records_retentionrule", "basis"),
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("records", "0025_batches_retention")]

    operations = [
        migrations.RunSQL(
            f"UPDATE {table} SET {column} = replace({column}, '（local practice）', '') WHERE {column} LIKE '%（local practice）%'",
            migrations.RunSQL.noop,
        )
        for table, column in COLUMNS
    ]
