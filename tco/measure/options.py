"""How to measure, within bounds."""

from collections.abc import Iterable
from dataclasses import dataclass

from tco.measure.errors import MeasureError
from tco.measure.load import MAXIMUM_SECONDS
from tco.measure.requests import MAXIMUM_CONNECTIONS


@dataclass(frozen=True)
class Options:
    """How to measure."""

    repetitions: int = 3
    # Of each load, beside its warm-up.
    seconds: float = 3.0
    connections: tuple[int, ...] = (4, 16, 64)
    cpu_ms: float = 0.0
    wait_ms: float = 0.0
    # Open loops, as shares of the throughput that the closed loops found.
    rate_shares: tuple[float, ...] = (0.5, 0.8)
    seed: int = 0
    port: int | None = None

    def __post_init__(self) -> None:
        """Refuse what is no measurement, or never ends."""
        _must_lie("repetitions", self.repetitions, 1, 100)
        _must_lie("seconds", self.seconds, 0.1, MAXIMUM_SECONDS)
        _must_lie("cpu-ms", self.cpu_ms, 0, 10_000)
        _must_lie("wait-ms", self.wait_ms, 0, 10_000)
        for name, values, high in (
            ("connections", self.connections, MAXIMUM_CONNECTIONS),
            ("rates", self.rate_shares, 1.5),
        ):
            if len(set(values)) != len(values) or len(values) > 20:
                raise MeasureError(f"{name} must be at most 20 different numbers; got {_listed(values)}")
            for value in values:
                _must_lie(name, value, 1 if name == "connections" else 0.01, high)
        if not self.connections:
            raise MeasureError("connections must be one number at least")

    @property
    def steps(self) -> int:
        """Loads in one repetition of one server."""
        return len(self.connections) + len(self.rate_shares) + 2


def _must_lie(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise MeasureError(f"{name} must lie in [{low:g}, {high:g}]; got {value:g}")


def _listed(values: Iterable[float]) -> str:
    return ", ".join(f"{value:g}" for value in values)
