"""
Inputs: every quantity that the model reads, checked once when an input set is made.

The fields are named after the rows of the tables in `data/`, where label, range, unit and source of each stand; a test
holds the two together. Shared inputs are floats or arrays of shape (n, 1); inputs per framework have shape (f,) or
(n, f): n scenarios (draws, points of a sweep), f ways of serving side by side.
"""

import reprlib
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from tco.arrays import Array, ArrayLike, Value
from tco.units import Unit, unit_of


class InputError(ValueError):
    """A value that the model refuses; the message names the input, the rule, the unit and the value."""


def checked(name: str, value: ArrayLike) -> Value:
    """
    The value as a float or an array of floats, if it is legal.

    Parameters
    ----------
    name : str
        Name of the input; its suffix fixes unit and range.
    value : array_like
        One value or many.

    Returns
    -------
    value : float or ndarray
        The same, as floating point.

    Raises
    ------
    InputError
        If a value is no number, is not finite, or lies outside the legal range.

    Examples
    --------
    >>> checked("team_people", 5)
    5.0
    >>> checked("html_share", 1.5)
    Traceback (most recent call last):
    tco.inputs.InputError: html_share must lie in [0, 1]; got 1.5
    """
    unit = unit_of(name)
    if type(value) is float and unit.low <= value <= unit.high:  # the common case, 100 times per evaluation
        return value
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different length
        array = np.array(None)
    # Not what could be made a number: digits in quotes are text, true is no 1, and None is no NaN.
    if array.dtype.kind not in "iuf":
        raise InputError(f"{name} must be a number; got {shown(value)}")
    array = array.astype(float, copy=False)
    # With a NaN among them the least is NaN, and no comparison with that holds.
    if array.size and not unit.low <= array.min() <= array.max() <= unit.high:
        legal = (array >= unit.low) & (array <= unit.high)
        index = tuple(int(i) for i in np.argwhere(~legal)[0])
        where = f" at index {index}" if index else ""
        raise InputError(f"{name} must lie in {_range_text(unit)}; got {array[index]:g}{where}")
    return float(array) if array.ndim == 0 else array


def shown(value: object) -> str:
    """
    A value as a message shows it.

    Parameters
    ----------
    value : object
        Whatever was given.

    Returns
    -------
    text : str
        Its representation, shortened and on one line.

    Examples
    --------
    >>> shown("many"), len(shown("x" * 10_000)), shown(10**5_000)
    ("'many'", 30, 'a number of too many digits')
    """
    try:
        return " ".join(reprlib.repr(value).split())
    except ValueError:  # Python writes no whole number of more than 4,300 digits
        return "a number of too many digits"


def _range_text(unit: Unit) -> str:
    symbol = "" if unit.symbol == "1" else f" {unit.symbol}"
    return f"[{unit.low:g}, {unit.high:g}]{symbol}"


class _Checked:
    """Checks each field of a dataclass when it is made."""

    __dataclass_fields__: ClassVar[dict[str, Any]]
    __slots__ = ()

    def __post_init__(self) -> None:
        for name in self.quantities():
            object.__setattr__(self, name, checked(name, getattr(self, name)))

    @classmethod
    def quantities(cls) -> tuple[str, ...]:
        """Names of the inputs, in the order of the fields."""
        return tuple(name for name in cls.__dataclass_fields__ if name != "names")


@dataclass(frozen=True, slots=True, eq=False)
class SharedInputs(_Checked):
    """What is the same for all frameworks; each field a float or an array of shape (n, 1)."""

    # Traffic
    peak_users: Value
    requests_per_user_per_minute: Value
    direct_peak_load_rps: Value
    traffic_growth_share_per_month: Value
    mean_to_peak_share: Value
    # Request
    app_cpu_ms: Value
    wait_ms: Value
    time_variation_ratio: Value
    p95_objective_ms: Value
    response_kib: Value
    inference_request_share: Value
    inference_ms: Value
    model_load_ms: Value
    model_memory_gib: Value
    app_memory_mib: Value
    # Servers
    target_utilization_share: Value
    database_pool_count: Value
    os_memory_gib: Value
    spare_servers: Value
    minimum_servers: Value
    instance_price_ratio: Value
    server_overhead_usd_per_month: Value
    load_balancer_usd_per_hour: Value
    egress_usd_per_gib: Value
    # Product
    interface_count: Value
    html_share: Value
    forms_per_page_count: Value
    validation_scope: Value
    api_docs_scope: Value
    login_scope: Value
    admin_scope: Value
    uploads_scope: Value
    payments_scope: Value
    websockets_scope: Value
    background_jobs_scope: Value
    model_inference_scope: Value
    # Team
    team_people: Value
    junior_share: Value
    senior_share: Value
    junior_productivity_ratio: Value
    senior_productivity_ratio: Value
    communication_overhead_share: Value
    pairwise_overhead_share: Value
    working_days_per_year: Value
    maintenance_share_per_year: Value
    ramp_up_loss_share: Value
    salary_junior_usd_per_year: Value
    salary_mid_usd_per_year: Value
    salary_senior_usd_per_year: Value
    loaded_cost_ratio: Value
    # Hiring
    open_seats_share: Value
    turnover_share_per_year: Value
    team_growth_share_per_year: Value
    developers_people: Value
    open_to_move_share: Value
    reference_time_to_fill_days: Value
    reference_pool_people: Value
    time_to_fill_elasticity_ratio: Value
    demand_elasticity_ratio: Value
    maximum_time_to_fill_months: Value
    recruiting_usd: Value
    agency_hires_share: Value
    agency_fee_share: Value
    vacancy_cost_ratio: Value
    onboarding_months: Value
    onboarding_loss_share: Value
    # Risk
    gross_margin_usd_per_month: Value
    adoption_months: Value
    outgrow_probability_share: Value
    outgrow_ratio: Value
    overspend_months: Value
    kind_turn_probability_share: Value
    kind_turn_share: Value
    rework_margin_loss_share: Value
    # Money
    horizon_months: Value
    discount_share_per_year: Value
    salary_growth_share_per_year: Value
    inflation_share_per_year: Value
    materiality_share: Value
    confidence_share: Value


@dataclass(frozen=True, slots=True, eq=False)
class FrameworkInputs(_Checked):
    """What belongs to a framework or to a way of serving it; each field an array of shape (f,) or (n, f)."""

    names: tuple[str, ...]
    # Effort
    setup_effort_days: Value
    json_endpoint_effort_days: Value
    validation_effort_days: Value
    api_docs_effort_days: Value
    html_page_effort_days: Value
    form_effort_days: Value
    login_effort_days: Value
    admin_effort_days: Value
    uploads_effort_days: Value
    payments_effort_days: Value
    websockets_effort_days: Value
    background_jobs_effort_days: Value
    model_inference_effort_days: Value
    async_retrofit_effort_days: Value
    data_layer_retrofit_effort_days: Value
    # Talent
    productivity_ratio: Value
    salary_ratio: Value
    junior_excluded_share: Value
    pool_share: Value
    pool_growth_ratio: Value
    demand_ratio: Value
    team_knows_share: Value
    ramp_up_weeks: Value
    # Serving
    app_cpu_ratio: Value
    framework_cpu_ms: Value
    workers_per_vcpu_count: Value
    extra_workers_count: Value
    slots_per_worker_count: Value
    turns_per_worker_count: Value
    worker_memory_mib: Value
    slot_memory_mib: Value
    model_reload_share: Value


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Instance types to choose from; each array of shape (k,)."""

    names: tuple[str, ...]
    vcpu_count: Array
    memory_gib: Array
    sustained_cpu_share: Array
    instance_usd_per_hour: Array
    # What a busy vCPU gets done, over the one that CPU times were measured on.
    core_speed_ratio: Array

    def candidates(self) -> "Catalogue":
        """
        The types that can be part of a cheapest fleet.

        A type is left out where another one has at least as many cores, vCPUs and as much memory, cores as fast, for
        no more money: whatever the load, a fleet of that other one costs no more.

        Returns
        -------
        candidates : Catalogue
            The undominated types, in the order of the list.
        """
        goods = np.stack(
            [
                -self.instance_usd_per_hour,
                self.vcpu_count,
                self.memory_gib,
                self.vcpu_count * self.sustained_cpu_share,
                self.core_speed_ratio,
            ]
        )
        # The cheapest first, of those the largest, of those that are alike the first: nothing beats what stands before.
        order = np.lexsort(-goods[::-1])
        kept = []
        while order.size:
            kept.append(order[0])
            order = order[(goods[:, order] > goods[:, order[0], None]).any(axis=0)]
        return self.only(np.sort(kept))

    def only(self, rows: npt.NDArray[np.intp]) -> "Catalogue":
        """
        Some of the types.

        Parameters
        ----------
        rows : ndarray of int
            Which of them.

        Returns
        -------
        some : Catalogue
            These types, in this order.
        """
        return Catalogue(
            tuple(self.names[i] for i in rows),
            self.vcpu_count[rows],
            self.memory_gib[rows],
            self.sustained_cpu_share[rows],
            self.instance_usd_per_hour[rows],
            self.core_speed_ratio[rows],
        )


def rows_of(inputs: Any, rows: slice) -> Any:
    """
    The same inputs for some of the scenarios.

    Parameters
    ----------
    inputs : SharedInputs or FrameworkInputs
        Inputs of n scenarios; fields without a scenario axis are kept whole.
    rows : slice
        The scenarios wanted.

    Returns
    -------
    inputs : SharedInputs or FrameworkInputs
        Inputs of those scenarios.
    """
    # Made without `__init__`: these values have been checked as part of the whole.
    part = object.__new__(type(inputs))
    for field in fields(inputs):
        value = getattr(inputs, field.name)
        some = isinstance(value, np.ndarray) and value.ndim == 2 and len(value) > 1
        object.__setattr__(part, field.name, value[rows] if some else value)
    return part


class _AtPoints:
    """Inputs whose fields are spread over points when a formula first asks for them."""

    def __init__(self, inputs: Any, shape: tuple[int, ...], points: npt.NDArray[np.intp] | None) -> None:
        self._inputs, self._shape, self._points = inputs, shape, points

    def __getattr__(self, name: str) -> Value:
        value: Value = getattr(self._inputs, name)
        if isinstance(value, np.ndarray):
            value = np.broadcast_to(value, self._shape).reshape(-1)
            value = value if self._points is None else value[self._points]
        vars(self)[name] = value
        return value


def at_points(inputs: Any, shape: tuple[int, ...], points: npt.NDArray[np.intp] | None = None) -> Any:
    """
    The same inputs, each field with one value for each of many points.

    Parameters
    ----------
    inputs : SharedInputs or FrameworkInputs
        Inputs that broadcast to a shape.
    shape : tuple of int
        The shape.
    points : ndarray of int, optional
        Which of its points, counted through all axes; by default all.

    Returns
    -------
    inputs : SharedInputs or FrameworkInputs
        Their fields are of shape (points,), but for those with one value for all.
    """
    return _AtPoints(inputs, shape, points)
