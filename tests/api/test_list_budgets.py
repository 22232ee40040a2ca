"""What every list of the API may ask of the database, whoever reads it: eight queries, however many rows."""

from __future__ import annotations

import pytest

from accounts.actors import Role
from portal.api import RESOURCES
from tests import factories as f
from tests.api.callers import program, token_of
from tests.conftest import as_owner
from tests.world import build

pytestmark = pytest.mark.django_db
MOST = 8


@pytest.mark.parametrize("role", [Role.OFFICE_HEAD, Role.UNIT_CONTACT])
def test_every_list_keeps_within_its_budget(role: str) -> None:
    with as_owner():
        world = build()
        caller = program(token_of(world.people[role, 530102]))
    spent = {}
    for resource in RESOURCES:
        if resource.listed and caller.get(resource.address).status_code == 200:
            spent[resource.name] = f.queries_of(caller, resource.address)
    assert len(spent) > 8
    assert not {name: n for name, n in spent.items() if n > MOST}
