"""What holds for every test: examples are found the same way each time, and no one else's tables get in."""

import os

import pytest
from hypothesis import HealthCheck, settings

# No deadline: a fact does not depend on how busy the machine is.
settings.register_profile(
    "facts",
    deadline=None,
    max_examples=40,
    print_blob=True,
    # A scenario has a hundred inputs, and each is drawn.
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
settings.register_profile("ci", settings.get_profile("facts"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "facts")


@pytest.fixture(autouse=True)
def _our_own_tables(monkeypatch):
    monkeypatch.delenv("TCO_DATA", raising=False)
