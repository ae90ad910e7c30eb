"""Controls: widgets made from rows of the tables, each bound to the state."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import ipywidgets as widgets

from tco.dashboard.state import State
from tco.decision import is_wide
from tco.tables import Assumption
from tco.wording import COUNTED_UNITS, SHARES, labelled, quantity

# Scenario files are small; whatever is larger was not meant.
MOST_FILE_BYTES = 100_000
MOST_NAME_LETTERS = 80


def slider(state: State, name: str, place: str = "", *, label: str = "") -> widgets.Widget:
    """
    A slider for an input, with label, range and tooltip from its row.

    Parameters
    ----------
    state : State
        What the slider shows and changes.
    name : str
        The input.
    place : str
        Framework or way of serving, for an input that belongs to one.
    label : str
        Label, where the row's own would repeat a heading.

    Returns
    -------
    slider : ipywidgets.Widget
        A slider, logarithmic where the range spans a factor of a hundred.
    """
    row = state.scenario.row(name, place)
    value = state.scenario.value(name, place)
    wide = is_wide(row.low, row.high)

    def on_slider(number: float) -> float:
        """The number that the slider shows: a logarithmic one has no place for 0 and shows its start."""
        return number if number > 0 or not wide else row.low

    def position_of(number: float) -> float:
        """Where on the slider a number stands: a logarithmic one counts in powers of ten."""
        return math.log10(on_slider(number)) if wide else number

    low, high = min(row.low, on_slider(value)), max(row.high, value)
    if low == high:
        # A fixed number has no range of its own; the slider still lets a user disagree with it.
        low, high = 0.0, max(2 * high, 1.0)
    coarse_step = 0.05 if wide else 1.0 if _is_counted(row) else (high - low) / 100
    control = (widgets.FloatLogSlider if wide else widgets.FloatSlider)(
        value=on_slider(value),
        min=position_of(low),
        max=position_of(high),
        step=aligned_step(position_of(low), position_of(value), coarse_step),
        description=labelled(label or row.label, row.unit),
        tooltip=tooltip(row),
        readout_format=_readout(row, high),
    )

    def taken(number: float) -> float:
        """What a position means: a logarithmic slider would give 12589.254117941662 people."""
        return float(f"{number:.4g}")

    # Where a browser is about to put the slider by itself, since its step has just changed.
    snapped: float | None = None

    def take(change: dict[str, Any]) -> None:
        nonlocal snapped
        # A browser moves a slider to the nearest step by itself: that is nobody's wish.
        moved, now = (position_of(number) for number in (change["new"], state.scenario.value(name, place)))
        by_itself = snapped is not None and abs(moved - snapped) < control.step / 100
        snapped = None if by_itself else snapped
        if by_itself or abs(moved - now) < control.step / 2:
            return
        state.change(**{name: {place: taken(change["new"])} if place else taken(change["new"])})

    told = row

    def show(_change: object = None) -> None:
        nonlocal told, snapped
        here = state.scenario.row(name, place)
        if here is not told:  # another country or region has a row of its own
            told, control.tooltip = here, tooltip(here)
        number = on_slider(state.scenario.value(name, place))
        position = position_of(number)
        # The same but for the rounding of a browser, or of `taken`.
        if number == taken(control.value) or abs(position - position_of(control.value)) < control.step / 1e6:
            return
        # The step goes ahead of the value: a browser that gets both at once may put the new value on an old step. With
        # the step alone it moves the old value to a new step, and says so when the new one is on its way.
        before = position_of(control.value)
        with control.hold_sync():
            control.min, control.max = min(control.min, position), max(control.max, position)
            control.step = aligned_step(control.min, position, coarse_step)
        nearest = nearest_step(before, control.min, control.step)
        snapped = nearest if abs(nearest - before) > control.step / 100 else None
        control.value = number

    control.observe(take, "value")
    state.observe(show, ["result", "error"])
    control.add_class(f"tco-input-{name}" + (f"-{place}" if place else ""))
    return control


def aligned_step(low: float, position: float, coarse_step: float) -> float:
    """
    A step near the one wanted with which a slider that starts at `low` can stand exactly at `position`.

    Parameters
    ----------
    low, position : float
        Start of the slider and where it has to stand, in the slider's unit.
    coarse_step : float
        Step wanted, in the same unit.

    Returns
    -------
    step : float
        Step to use, in the same unit.

    Examples
    --------
    >>> aligned_step(0.0, 0.25, 0.1)
    0.125
    >>> aligned_step(1.0, 5.0, 1.0)
    1.0
    """
    distance = position - low
    return distance / max(1, round(distance / coarse_step)) if distance > 0 else coarse_step


def nearest_step(position: float, low: float, step: float) -> float:
    """
    Where a browser puts a slider that is told to stand at `position`.

    Parameters
    ----------
    position, low, step : float
        Where it should stand, its start and its step, in the slider's unit.

    Returns
    -------
    position : float
        The nearest step, in the same unit.

    Examples
    --------
    >>> nearest_step(0.26, 0.0, 0.25)
    0.25
    """
    return low + round((position - low) / step) * step


def tooltip(row: Assumption) -> str:
    """
    What a control says when the pointer rests on it: range, source, evidence and note.

    Parameters
    ----------
    row : Assumption
        The row behind the control.

    Returns
    -------
    text : str
        Plain text.
    """
    low, value, high = (quantity(row.name, number) for number in (row.low, row.value, row.high))
    return (
        f"{labelled(row.label, row.unit)}: {value}, plausibly {low} to {high}. {row.note} "
        f"[{row.evidence}; source: {row.source}]"
    )


def choice(
    state: State, name: str, label: str, options: Callable[[], Iterable[tuple[str, str]]], *, buttons: bool = False
) -> widgets.Widget:
    """
    A menu, or a row of buttons, for a choice of the scenario.

    Parameters
    ----------
    state : State
        What the control shows and changes.
    name : str
        The choice: `preset`, `country`, ...
    label : str
        Its label.
    options : callable
        Gives (label, value) pairs; asked again after each change, since regions follow the provider.
    buttons : bool
        Whether all options are in view as buttons.

    Returns
    -------
    control : ipywidgets.Widget
        The menu or the buttons.
    """
    kind = widgets.ToggleButtons if buttons else widgets.Dropdown
    control = kind(options=list(options()), value=getattr(state.scenario, name), description=label)
    updating = False

    def take(change: dict[str, Any]) -> None:
        if not updating and change["new"] is not None and change["new"] != getattr(state.scenario, name):
            state.change(**{name: change["new"]})

    def show(_change: object = None) -> None:
        nonlocal updating
        updating = True
        try:
            current = list(options())
            if list(control.options) != current:
                control.options = current
            control.value = getattr(state.scenario, name)
        finally:
            updating = False

    control.observe(take, "value")
    state.observe(show, ["result", "error"])
    control.add_class(f"tco-choice-{name}")
    return control


def scenario_upload(state: State, take: Callable[[bytes, str], None]) -> widgets.FileUpload:
    """
    A button that loads a scenario file.

    Parameters
    ----------
    state : State
        What is told of a file that is too large.
    take : callable
        Gets content and name of the file.

    Returns
    -------
    button : ipywidgets.FileUpload
        The button.
    """
    upload = widgets.FileUpload(accept=".toml", multiple=False, description="Load scenario")
    upload.add_class("tco-load")

    def load(_change: object = None) -> None:
        if not upload.value:
            return
        file = upload.value[0]
        # A name is a viewer's text: one line, and no longer than a note has room for.
        name, content = shortened(file["name"]), bytes(file["content"])
        if len(content) > MOST_FILE_BYTES:
            # Pages send of a large file only as much as shows that it is one.
            state.error = f"Not loaded: {name}: the file has more than {MOST_FILE_BYTES:,} bytes, the most that is read"
        else:
            take(content, name)
        upload.value = ()  # so that the same file can be loaded once more

    upload.observe(load, "value")
    return upload


def shortened(name: str) -> str:
    r"""
    The name of a file on one line, and its middle left out where it is long.

    Parameters
    ----------
    name : str
        The name as it came.

    Returns
    -------
    name : str
        At most 80 letters.

    Examples
    --------
    >>> shortened("my\nplan.toml"), len(shortened("x" * 10_000 + ".toml"))
    ('my plan.toml', 80)
    """
    name = " ".join(name.split())
    if len(name) <= MOST_NAME_LETTERS:
        return name
    half = MOST_NAME_LETTERS // 2
    return f"{name[:half]}…{name[1 - half :]}"


def _readout(row: Assumption, high: float) -> str:
    if row.name.endswith(SHARES):
        return ".0%" if high > 0.2 else ".1%"
    return ",.0f" if high >= 1000 or _is_counted(row) else ".3g"


def _is_counted(row: Assumption) -> bool:
    return row.unit in (*COUNTED_UNITS, "month") or row.name in ("interface_count", "slots_per_worker_count")
