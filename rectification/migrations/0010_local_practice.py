"""As records 0026: the basis of a category that no text gives reads 本地惯例 alone."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("rectification", "0009_finished_to_file")]

    operations = [
        migrations.RunSQL(
            "UPDATE rectification_problemcategory SET basis = replace(basis, '（local practice）', '')"
            " WHERE basis LIKE '%（local practice）%'",
            migrations.RunSQL.noop,
        )
    ]
