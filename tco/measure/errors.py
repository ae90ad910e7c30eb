"""What keeps a measurement from being made, in one sentence."""


class MeasureError(RuntimeError):
    """A measurement that cannot be made; the message says which and why."""
