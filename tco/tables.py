"""
Tables: the files in `data/`, read and checked, each row one fact.

A row class is the schema of its file. Whatever is wrong with a file comes out as one sentence that names file, row,
column, value and rule, and nothing of that file is used.
"""

import csv
import io
from collections.abc import Callable, Hashable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal, ParamSpec, Self, TypeVar, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from tco.inputs import shown
from tco.units import unit_of

# The largest file that is read: the largest table of ours is half a megabyte.
MAXIMUM_FILE_BYTES = 20_000_000

Evidence = Literal["measured", "sourced", "article", "stated"]
Distribution = Literal["fixed", "triangular", "uniform", "lognormal", "pert", "discrete"]
# What a spreadsheet takes for the beginning of a formula, alone or behind white space.
FORMULA_SIGNS: Final = ("=", "+", "-", "@")
_WHITE_SPACE: Final = (" ", "\t", "\r", "\n")


def _no_formula(cell: str) -> str:
    if cell.startswith((*FORMULA_SIGNS, *_WHITE_SPACE)):
        raise ValueError(
            "must begin with neither a space nor one of = + - @, which make a formula of it in spreadsheets"
        )
    return cell


Identifier = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_no_formula)]
Number = Annotated[float, Field(allow_inf_nan=False)]

# The largest numbers that a price list may hold; all of them must be above 0.
MOST_VCPUS: Final = 1024.0
MOST_MEMORY_GIB: Final = 32768.0
MOST_USD_PER_HOUR: Final = 1000.0
PriceUsdPerHour = Annotated[float, Field(gt=0, le=MOST_USD_PER_HOUR, allow_inf_nan=False)]
_EMPTY_IS_NONE: Final = BeforeValidator(lambda cell: None if cell == "" else cell)
Vcpus = Annotated[float, Field(gt=0, le=MOST_VCPUS, allow_inf_nan=False)]
MemoryGib = Annotated[float, Field(gt=0, le=MOST_MEMORY_GIB, allow_inf_nan=False)]
OptionalPrice = Annotated[PriceUsdPerHour | None, _EMPTY_IS_NONE]
OptionalVcpus = Annotated[Vcpus | None, _EMPTY_IS_NONE]
OptionalMemory = Annotated[MemoryGib | None, _EMPTY_IS_NONE]
Architecture = Literal["x86_64", "arm64"]
Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
LoadShare = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
# A day of the calendar: the pattern alone would let the 31st of June pass.
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(lambda cell: str(date.fromisoformat(cell)))]


class TableError(ValueError):
    """A file that cannot be used; the message names file, row, column, value and rule."""


class Row(BaseModel):
    """One row of a table."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    # Columns that together name a row: no two rows of a file may agree in all of them.
    key: ClassVar[tuple[str, ...]]


class Quantity(Row):
    """A number with its range, unit, source and evidence."""

    key = ("name", "applies_to")

    name: Identifier
    applies_to: Annotated[str, Field(max_length=80)]
    low: Number
    value: Number
    high: Number
    distribution: Distribution
    unit: str
    source: Identifier
    evidence: Evidence
    note: Annotated[str, Field(min_length=1, max_length=800)]

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        try:
            unit = unit_of(self.name)
        except KeyError as error:
            raise ValueError(error.args[0]) from None
        if self.unit != unit.symbol:
            raise ValueError(f"unit of {self.name} must be {unit.symbol}, not {self.unit!r}")
        if not unit.low <= self.low <= self.value <= self.high <= unit.high:
            raise ValueError(
                f"low <= value <= high must hold within [{unit.low:g}, {unit.high:g}], "
                f"not {self.low:g}, {self.value:g}, {self.high:g}"
            )
        if self.distribution == "lognormal" and self.low <= 0:
            raise ValueError(f"low must be above 0 for a lognormal, not {self.low:g}")
        return self


class Assumption(Quantity):
    """An input of the model: `assumptions`, `countries`, `effort`, `serving`, `services`, `talent`."""

    group: Identifier
    label: Identifier
    price_year: str


class ArticleView(Quantity):
    """What the guide says of an input: `article`."""

    claim: Identifier


class Correlated(Row):
    """Inputs whose uncertainty hangs together: `correlations`."""

    key = ("names",)

    names: Annotated[str, Field(min_length=1, max_length=400)]
    rank_correlation: Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]
    source: Identifier
    evidence: Evidence
    note: Annotated[str, Field(min_length=1, max_length=800)]


class Source(Row):
    """Where numbers come from: `sources`."""

    key = ("source",)

    source: Identifier
    title: Annotated[str, Field(min_length=1)]
    publisher: str
    date: str
    url: str
    licence: str
    note: str


class Framework(Row):
    """A framework: `frameworks`."""

    key = ("framework",)

    framework: Identifier
    label: Identifier
    first_release_year: Annotated[int, Field(ge=1990, le=2100)]
    color: Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]
    in_guide: Literal["yes", "no"]
    note: str


class Serving(Row):
    """A way of serving a framework: `servings`."""

    key = ("serving",)

    serving: Identifier
    framework: Identifier
    label: Identifier
    sets: str
    note: str


class Claim(Row):
    """A claim of the guide: `claims`."""

    key = ("claim",)

    claim: Identifier
    group: Identifier
    statement: str


class Preset(Row):
    """A value that a preset sets: `presets`."""

    key = ("preset", "name")

    preset: Identifier
    name: Identifier
    value: Identifier
    note: str


class Price(Row):
    """An instance type and its prices: `pricing`."""

    key = ("provider", "region", "instance")

    provider: Identifier
    region: Identifier
    instance: Identifier
    architecture: Architecture
    vcpus: Vcpus
    memory_gib: MemoryGib
    sustained_cpu_share: Share
    on_demand_usd_per_hour: PriceUsdPerHour
    spot_usd_per_hour: OptionalPrice
    reserved_1y_usd_per_hour: OptionalPrice
    reserved_3y_usd_per_hour: OptionalPrice
    as_of: Day
    source: Identifier


Usd = Annotated[float, Field(gt=0, le=1e7, allow_inf_nan=False)]
People = Annotated[float, Field(ge=1, le=1e9, allow_inf_nan=False)]
Count = Annotated[float, Field(gt=0, le=1e7, allow_inf_nan=False)]


class SalaryCell(Row):
    """Pay of the survey's respondents of one country and experience, with or without Python: `salary_cells`."""

    key = ("country", "users", "years")

    country: Identifier
    users: Literal["python", "other"]
    years: Literal["0-2", "3-5", "6-10", "11+"]
    respondents_people: People
    p25_usd_per_year: Usd
    p50_usd_per_year: Usd
    p75_usd_per_year: Usd
    source: Identifier

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if not self.p25_usd_per_year < self.p50_usd_per_year < self.p75_usd_per_year:
            raise ValueError("p25 < p50 < p75 must hold")
        return self


class OfficialWage(Row):
    """What official statistics say of a country's pay, and what the survey says of the same: `official_wages`."""

    key = ("country",)

    country: Identifier
    official_usd_per_year: Usd
    survey_usd_per_year: Usd
    price_year: str
    source: Identifier
    note: Annotated[str, Field(min_length=1)]


class Band(Row):
    """A salary band of the user's own: `bands`."""

    key = ("country", "level")

    country: Identifier
    level: Literal["junior", "mid", "senior"]
    low_usd_per_year: Usd
    value_usd_per_year: Usd
    high_usd_per_year: Usd
    note: Annotated[str, Field(max_length=800)]

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if not self.low_usd_per_year <= self.value_usd_per_year <= self.high_usd_per_year:
            raise ValueError("low <= value <= high must hold")
        return self


class FrameworkUsers(Row):
    """Respondents of a year's survey who used a framework: `framework_users`."""

    key = ("framework", "year")

    framework: Identifier
    year: Annotated[int, Field(ge=1990, le=2100)]
    users_people: People
    respondents_people: People
    source: Identifier

    @model_validator(mode="after")
    def _is_a_part(self) -> Self:
        if not self.users_people < self.respondents_people:
            raise ValueError("users_people must be fewer than respondents_people")
        return self


class Migration(Row):
    """A public project's move of its API to async: `migrations`."""

    key = ("project",)

    project: Identifier
    move: Identifier
    routes_count: Count
    active_days: Annotated[Count | None, BeforeValidator(lambda cell: None if cell == "" else cell)]
    changed_lines_count: Count
    repository: Identifier
    commit: Identifier
    merged: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    source: Identifier


class CodeSize(Row):
    """Lines of one application that follows a specification which others follow too: `code_sizes`."""

    key = ("specification", "application")

    specification: Identifier
    application: Identifier
    framework: Identifier
    lines_count: Count
    files_count: Count
    repository: Identifier
    commit: Identifier
    note: str
    source: Identifier


class CoreSpeed(Quantity):
    """What a busy vCPU gets done, over one thread of a shared x86 core: `core_speeds`."""


class ServicePrice(Row):
    """A price of what stands beside servers, or in their place: `cloud_services`."""

    key = ("service", "provider", "region", "type", "from_quantity")

    service: Identifier
    provider: Identifier
    region: Identifier
    # Of a database server; empty for all else.
    type: str
    vcpus: OptionalVcpus
    memory_gib: OptionalMemory
    # The quantity a month from which the price holds: 0, or the start of a further tier.
    from_quantity: Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
    unit: Literal["hour", "GiB", "GiB-month", "vCPU-hour", "GiB-hour", "vCPU-second", "GiB-second", "million"]
    usd: PriceUsdPerHour
    # Empty where the source bears no date.
    as_of: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
    source: Identifier


class ProfileDay(Row):
    """A day of a weekly profile: the load of each hour over the peak of the week: `profiles`."""

    key = ("profile", "day")

    profile: Identifier
    label: Identifier
    day: Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    h00: LoadShare
    h01: LoadShare
    h02: LoadShare
    h03: LoadShare
    h04: LoadShare
    h05: LoadShare
    h06: LoadShare
    h07: LoadShare
    h08: LoadShare
    h09: LoadShare
    h10: LoadShare
    h11: LoadShare
    h12: LoadShare
    h13: LoadShare
    h14: LoadShare
    h15: LoadShare
    h16: LoadShare
    h17: LoadShare
    h18: LoadShare
    h19: LoadShare
    h20: LoadShare
    h21: LoadShare
    h22: LoadShare
    h23: LoadShare
    note: Annotated[str, Field(min_length=1)]

    @property
    def shares(self) -> tuple[float, ...]:
        """The 24 hours in their order."""
        return tuple(getattr(self, f"h{hour:02d}") for hour in range(24))


AnyRow = TypeVar("AnyRow", bound=Row)
Parameters = ParamSpec("Parameters")
Content = TypeVar("Content")

_forget: list[Callable[[], None]] = []


def read_once(read: Callable[Parameters, Content]) -> Callable[Parameters, Content]:
    """
    Have a function keep what it has read of tables for the life of the process, or until `forget_tables` is called.

    Parameters
    ----------
    read : callable
        Reads tables; its arguments are hashable.

    Returns
    -------
    read : callable
        Does it once for the same arguments.
    """
    kept = cache(read)
    _forget.append(kept.cache_clear)
    return cast("Callable[Parameters, Content]", kept)


def forget_tables() -> None:
    """
    Have every table read anew when it is next asked for.
    """
    for forget in _forget:
        forget()


@cache
def _adapter(row_type: type[AnyRow]) -> TypeAdapter[list[AnyRow]]:
    return TypeAdapter(list[row_type])  # type: ignore[valid-type]


def read_table(path: Path, row_type: type[AnyRow]) -> tuple[AnyRow, ...]:
    """
    Read and check a table.

    Parameters
    ----------
    path : Path
        A CSV file in UTF-8 with a header.
    row_type : type
        The row class, which is the schema.

    Returns
    -------
    rows : tuple of Row
        All rows, in the order of the file.

    Raises
    ------
    TableError
        If the file cannot be read or any row breaks a rule.
    """
    return tuple(row for _, row in read_lined_table(path, row_type))


def read_lined_table(path: Path, row_type: type[AnyRow]) -> tuple[tuple[int, AnyRow], ...]:
    """
    As `read_table`, with the line of the file in which each row ends.

    Parameters
    ----------
    path : Path
        A CSV file in UTF-8 with a header.
    row_type : type
        The row class, which is the schema.

    Returns
    -------
    lined_rows : tuple of (int, Row)
        Line and row, for checks that go beyond the table.

    Raises
    ------
    TableError
        If the file cannot be read or any row breaks a rule.
    """
    text = read_text(path)
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    expected = list(row_type.model_fields)
    try:
        header = reader.fieldnames or []
        for column in expected:
            if column not in header:
                raise TableError(f"{path}: the column {column!r} is missing; the columns must be {', '.join(expected)}")
        for column in header:
            if column not in expected:
                raise TableError(
                    f"{path}: the column {shown(column)} is unknown; the columns must be {', '.join(expected)}"
                )
        if len(set(header)) < len(header):
            raise TableError(f"{path}: a column stands twice in the header")
        # The lines that rows end in: blank lines and cells of several lines make them differ from a count of rows.
        lined = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise TableError(f"{path}, row {reader.reader.line_num}: not CSV ({error})") from None
    if not lined:
        raise TableError(f"{path}: the table has no rows")
    lines, cells = zip(*lined, strict=True)
    for line, row in lined:
        # csv files the surplus under None and gives None for what a short row lacks.
        if None in row or None in row.values():
            count = len(expected)
            raise TableError(f"{path}, row {line}: a row must have {count} cells, as the header has")
    try:
        rows = _adapter(row_type).validate_python(list(cells))
    except ValidationError as error:
        raise TableError(_first_error(path, lines, error)) from None
    seen: dict[Hashable, int] = {}
    for line, checked_row in zip(lines, rows, strict=True):
        key = tuple(getattr(checked_row, column) for column in row_type.key)
        if key in seen:
            named = ", ".join(f"{column} {value!r}" for column, value in zip(row_type.key, key, strict=True))
            raise TableError(
                f"{path}, row {line}: {named} stands in row {seen[key]} already; a row may stand only once"
            )
        seen[key] = line
    return tuple(zip(lines, rows, strict=True))


def read_text(path: Path) -> str:
    """
    Text of a file of reasonable size in UTF-8.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    text : str
        Its text, without a byte order mark.

    Raises
    ------
    TableError
        If there is no such file, or it is empty, too large, or not UTF-8.
    """
    try:
        size = path.stat().st_size
        if size > MAXIMUM_FILE_BYTES:
            raise TableError(f"{path}: the file has {size:,} bytes; at most {MAXIMUM_FILE_BYTES:,} are read")
        content = path.read_bytes()
    except OSError as error:
        raise TableError(f"{path}: cannot be read ({error.strerror or error})") from None
    return decoded(content, str(path))


def decoded(content: bytes, name: str) -> str:
    """
    Text of the content of a file.

    Parameters
    ----------
    content : bytes
        The content.
    name : str
        What messages call the file.

    Returns
    -------
    text : str
        Its text, without a byte order mark.

    Raises
    ------
    TableError
        If it is empty, not UTF-8, or holds a NUL byte.
    """
    if not content.strip():
        raise TableError(f"{name}: the file is empty")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise TableError(f"{name}, row {line}: the text must be UTF-8; byte {content[error.start]:#x} is not") from None
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise TableError(f"{name}, row {line}: the text must not hold a NUL byte")
    return text


def _first_error(path: Path, lines: Sequence[int], error: ValidationError) -> str:
    """The first broken rule in one sentence, with a count of the others."""
    details = error.errors(include_url=False)
    first = details[0]
    row, *column = first["loc"]
    rule = first["msg"].removeprefix("Value error, ")
    rule = rule[0].lower() + rule[1:]
    # A rule over several columns has no column of its own, and its message says the values.
    what = f"column {column[0]!r}, value {str(first['input'])[:60]!r}: {rule}" if column else rule
    others = f" (and {len(details) - 1} more)" if len(details) > 1 else ""
    return f"{path}, row {lines[int(row)]}, {what}{others}"
