"""What was signed for before there were other kinds of receipt was received at that moment."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("records", "0014_service_kinds")]

    operations = [
        migrations.RunSQL(
            "UPDATE records_service SET received_at = signed_at WHERE signed_at IS NOT NULL AND received_at IS NULL",
            migrations.RunSQL.noop,
        )
    ]
