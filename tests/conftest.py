"""What holds for every test: examples are found the same way each time, and no one else's tables get in."""

import json
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


@pytest.fixture(autouse=True)
def _checked_figures(monkeypatch):
    """Each figure that a test makes has settings that Plotly accepts, and that it would not have made into others."""
    from tco import look

    unchecked = look.unchecked

    def plain(value):
        if isinstance(value, dict):
            return {name: plain(one) for name, one in sorted(value.items()) if not (isinstance(one, list) and not one)}
        value = value.tolist() if hasattr(value, "tolist") else value
        return [plain(one) for one in value] if isinstance(value, list | tuple) else value

    def checked(content):
        made = unchecked(content)
        # As text, in which NaN equals NaN.
        assert json.dumps(plain(made.to_plotly_json())) == json.dumps(plain(look.go.Figure(content).to_plotly_json()))
        return made

    monkeypatch.setattr(look, "unchecked", checked)
