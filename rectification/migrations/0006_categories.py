"""The country's problem categories, and the problems that are there put under the category of their item."""

from django.db import migrations
from django.db.models import Q

from rectification.categories import load_categories


def load(apps, schema_editor):
    Category = apps.get_model("rectification", "ProblemCategory")
    Problem = apps.get_model("rectification", "Problem")
    load_categories(Category)
    for category in Category.objects.filter(division_code=None).exclude(item_code=""):
        of_item = Q(item_code=category.item_code) | Q(item_code__startswith=f"{category.item_code}-")
        Problem.objects.filter(of_item, category=None).update(category=category)


def unload(apps, schema_editor):
    apps.get_model("rectification", "Problem").objects.update(category=None)
    apps.get_model("rectification", "ProblemCategory").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("rectification", "0005_ledger")]
    operations = [migrations.RunPython(load, unload)]
