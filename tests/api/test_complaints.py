"""Who wrote a complaint is in no answer of the API, of no operation, to nobody: not even to the desk that may open it."""

from __future__ import annotations

import json

import pytest
from django.db import transaction

from accounts.actors import Role
from inspections.models import ComplaintContact
from tests.api.callers import JSON, described, program, token_of
from tests.api_table import OPERATIONS
from tests.conftest import as_owner
from tests.world import build

pytestmark = pytest.mark.django_db
NAME, PHONE = "欧阳举报人", "13987654321"


@pytest.mark.parametrize("role", [Role.OFFICE_STAFF, Role.OFFICE_HEAD, Role.INSPECTOR, Role.UNIT_CONTACT])
def test_the_sender_is_in_no_answer(role: str) -> None:
    with as_owner():
        world = build()
        ComplaintContact.objects.create(complaint=world.complaint, owner_code=530102, name=NAME, phone=PHONE)
        caller = program(token_of(world.people[role, 530102]))
    asked = 0
    for path, methods in described()["paths"].items():
        for method, operation in methods.items():
            name = operation["operationId"]
            if name not in OPERATIONS or (method != "get" and "complaints" not in name):
                continue
            address = path.replace("{id}", str(OPERATIONS[name].pk(world))) if "{id}" in path else path
            more = {"data": json.dumps({"reason": "理由"}), "content_type": JSON} if method != "get" else {}
            with transaction.atomic():
                answer = getattr(caller, method)(address, **more)
                transaction.set_rollback(True)
            text = b"".join(answer.streaming_content) if answer.streaming else answer.content
            asked += 1
            for said in (NAME, PHONE, PHONE[:3] + "****" + PHONE[-4:], "欧阳"):
                assert said not in text.decode(errors="ignore"), f"{name} tells who wrote"
    assert asked > 60
