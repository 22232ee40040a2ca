"""The paper that most tests measure."""

import pytest

from records.rendering.papers import OfficialPaper
from tests.records.rendering.ruler import supervisory_order


@pytest.fixture(scope="module")
def order() -> OfficialPaper:
    return supervisory_order()
