import pytest
from django.db import connection

@pytest.mark.django_db
def test_it():
    with connection.cursor() as c:
        c.execute("select current_user")
        assert c.fetchone()[0] == "web"
