"""
Assumptions: all tables of `data/` read together, so that every name, framework, country and source in one of them is
known to the others.
"""

import base64
import copyreg
import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from tco.inputs import FrameworkInputs, InputError, SharedInputs, checked
from tco.pricing import PriceList, read_core_speeds, read_prices
from tco.services import Services, read_services
from tco.tables import (
    AnyRow,
    ArticleView,
    Assumption,
    Band,
    Claim,
    Correlated,
    Framework,
    Preset,
    Quantity,
    Serving,
    Source,
    TableError,
    read_lined_table,
    read_once,
    read_table,
    read_text,
)

ASSUMPTION_SETS: Final = ("measured", "article")
DATA_VARIABLE: Final = "TCO_DATA"

# A table that only a user has: salary bands in the place of those of `countries.csv`.
BANDS: Final = "bands"
# All tables with numbers: whose hashes say whether two evaluations had the same data.
TABLES: Final = (
    *("article", "assumptions", BANDS, "cloud", "cloud_services", "core_speeds", "correlations", "countries", "effort"),
    *("frameworks", "presets", "pricing", "profiles", "services", "serving", "servings", "staleness", "talent"),
)
OWN_BANDS_SOURCE: Final = "own-bands"


# A scenario goes to other processes with its tables, whose read-only mappings Python cannot pickle by itself.
def _read_only(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(mapping)


copyreg.pickle(MappingProxyType, lambda proxy: (_read_only, (dict(proxy),)))

SHARED_NAMES: Final = SharedInputs.quantities()
FRAMEWORK_NAMES: Final = FrameworkInputs.quantities()

# What is known of an input in one place: its row, by what the row applies to (a country, a framework, ...).
RowsByPlace = Mapping[str, Mapping[str, Assumption]]


@dataclass(frozen=True, eq=False)
class Assumptions:
    """Every table, checked on its own and against the others."""

    shared: Mapping[str, Assumption]
    countries: RowsByPlace
    services: RowsByPlace
    framework_rows: RowsByPlace
    serving_rows: RowsByPlace
    article: Mapping[tuple[str, str], ArticleView]
    frameworks: Mapping[str, Framework]
    servings: Mapping[str, Serving]
    presets: Mapping[str, tuple[Preset, ...]]
    claims: Mapping[str, Claim]
    sources: Mapping[str, Source]
    prices: PriceList
    # A short hash of each file; empty for one that is not there.
    table_hashes: Mapping[str, str]
    correlations: tuple[Correlated, ...]
    # Limits of age by (name, what they apply to).
    staleness: Mapping[tuple[str, str], Quantity]
    cloud: Services
    # Hours of CPU credit that burstable types keep, by `provider/family`.
    cpu_credits: Mapping[str, Quantity]

    def headline_servings(self, assumption_set: str) -> tuple[str, ...]:
        """The way of serving that stands for each framework in an assumption set."""
        return tuple(name for name, serving in self.servings.items() if assumption_set in serving.sets.split())

    def framework_of(self, serving: str) -> Framework:
        """The framework that a way of serving belongs to."""
        return self.frameworks[self.servings[serving].framework]

    def preset_label(self, preset: str) -> str:
        """What a preset is called on a page."""
        return next((row.value for row in self.presets[preset] if row.name == "label"), preset)

    @cached_property
    def digest(self) -> str:
        """A short hash of all files: whether two evaluations had the same tables."""
        return hashlib.sha256(" ".join(self.table_hashes.values()).encode()).hexdigest()[:8]

    @cached_property
    def rows(self) -> Mapping[str, Mapping[str, Assumption]]:
        """
        The rows behind each input, by what they apply to: a country, a `provider/region`, a framework, a way of
        serving, or nothing at all.
        """
        by_name: dict[str, dict[str, Assumption]] = {name: {"": row} for name, row in self.shared.items()}
        for table in (self.countries, self.services, self.framework_rows, self.serving_rows):
            for place, rows in table.items():
                for name, row in rows.items():
                    by_name.setdefault(name, {})[place] = row
        return by_name


def data_directory() -> Path:
    """
    Directory of the tables that come with the library.

    Returns
    -------
    directory : Path
        Inside the installed package, or beside it in a checkout.
    """
    package = Path(__file__).parent
    installed = package / "data"
    return installed if installed.is_dir() else package.parent / "data"


def load_assumptions(data: Path | str | None = None) -> Assumptions:
    """
    Read all tables.

    Parameters
    ----------
    data : Path or str, optional
        A price list or salary bands (`.csv`), or a directory whose tables replace those of the same name that come with
        the library. By default what the environment variable `TCO_DATA` names, if it is set.

    Returns
    -------
    assumptions : Assumptions
        The tables; read once for each `data` and kept.

    Raises
    ------
    TableError
        If any table breaks a rule, or names something that no other table knows.
    """
    return _load(replacement_path(data))


def table_files(data: Path | str | None = None) -> frozenset[tuple[Path, int, int]]:
    """
    What tells that a table was changed, added or taken away since.

    Parameters
    ----------
    data : Path or str, optional
        As for `load_assumptions`.

    Returns
    -------
    files : frozenset of tuple
        The files that tables can be read from, each with the time of its last change [ns] and its size [bytes].
    """
    replacement = replacement_path(data)
    places = [data_directory()] if replacement is None else [data_directory(), replacement]
    files = {file for place in places for file in (place.glob("*.csv") if place.is_dir() else [place])}
    found = [(file, file.stat()) for file in files if file.exists()]
    return frozenset((file, status.st_mtime_ns, status.st_size) for file, status in found)


def replacement_path(data: Path | str | None = None) -> Path | None:
    """
    Where a user's own tables are.

    Parameters
    ----------
    data : Path or str, optional
        As for `load_assumptions`.

    Returns
    -------
    path : Path or None
        The file or directory, or None where there is none.
    """
    named = data if data is not None else os.environ.get(DATA_VARIABLE) or None
    return None if named is None else Path(named).expanduser().resolve()


def table_path(table: str, replacement: Path | None) -> Path:
    """
    The file that a table is read from.

    Parameters
    ----------
    table : str
        Its name.
    replacement : Path or None
        Where a user's own tables are.

    Returns
    -------
    path : Path
        The user's own table where there is one, else ours.
    """
    own = data_directory() / f"{table}.csv"
    if replacement is None:
        return own
    if replacement.is_file():
        return replacement if table == _kind_of(replacement) else own
    theirs = replacement / f"{table}.csv"
    return theirs if theirs.exists() else own


@read_once
def _load(replacement: Path | None) -> Assumptions:
    if replacement is not None:
        _must_replace_something(replacement)
    path = partial(table_path, replacement=replacement)

    sources = _by_key(read_table(path("sources"), Source))
    frameworks = _by_key(read_table(path("frameworks"), Framework))
    lined_servings = read_lined_table(path("servings"), Serving)
    servings = _by_key(row for _, row in lined_servings)
    for line, serving in lined_servings:
        _must_be_known(path("servings"), line, "framework", serving.framework, frameworks)
        for name in serving.sets.split():
            _must_be_known(path("servings"), line, "sets", name, ASSUMPTION_SETS)

    def places(table: str, known: Iterable[str] | None = None) -> dict[str, dict[str, Assumption]]:
        rows: dict[str, dict[str, Assumption]] = {}
        for line, row in read_lined_table(path(table), Assumption):
            _must_be_known(path(table), line, "source", row.source, sources)
            _must_be_known(path(table), line, "name", row.name, (*SHARED_NAMES, *FRAMEWORK_NAMES))
            rows.setdefault(row.applies_to, {})[row.name] = row
        _must_cover(path(table), rows, rows if known is None else known)
        return rows

    shared = places("assumptions", [""])
    prices = read_prices(path("pricing"), read_core_speeds(path("core_speeds")))
    countries, services = places("countries"), places("services")
    _take_bands(path(BANDS), countries)
    effort, talent = places("effort", frameworks), places("talent", frameworks)
    serving_rows = places("serving", servings)
    _must_be_split(path, {"assumptions": shared, "countries": countries, "services": services}, SHARED_NAMES)
    _must_be_split(path, {"effort": effort, "talent": talent, "serving": serving_rows}, FRAMEWORK_NAMES)
    views = read_lined_table(path("article"), ArticleView)
    assumptions = Assumptions(
        shared=shared[""],
        countries=countries,
        services=services,
        framework_rows={name: {**effort[name], **talent[name]} for name in frameworks},
        serving_rows=serving_rows,
        article=_by_key(row for _, row in views),
        frameworks=frameworks,
        servings=servings,
        presets=_presets(path("presets")),
        claims=_by_key(read_table(path("claims"), Claim)),
        sources=sources,
        prices=prices,
        table_hashes=_hashes(path),
        correlations=_correlations(path("correlations"), sources),
        staleness=_by_key(read_table(path("staleness"), Quantity)),
        cloud=read_services(path("cloud_services"), path("profiles"), path("cloud")),
        cpu_credits={row.applies_to: row for row in read_table(path("cpu_credits"), Quantity)},
    )
    _must_be_about_known_things(assumptions, path("article"), views)
    return assumptions


def _hashes(path: Callable[[str], Path]) -> Mapping[str, str]:
    """Eight letters of a hash of each table that the model reads, the user's bands included."""

    def short_hash(file: Path) -> str:
        return base64.urlsafe_b64encode(hashlib.sha256(file.read_bytes()).digest())[:8].decode()

    return MappingProxyType({table: short_hash(path(table)) if path(table).exists() else "" for table in TABLES})


def _must_replace_something(replacement: Path) -> None:
    """A price list, or a directory that holds a table of ours: anything else would be ignored without a word."""
    if not replacement.exists():
        raise TableError(f"{replacement}: there is no such file or directory")
    names = [path.name for path in sorted(data_directory().glob("*.csv"))] + [f"{BANDS}.csv"]
    if replacement.is_dir() and not any((replacement / name).exists() for name in names):
        raise TableError(f"{replacement}: the directory holds none of the tables {_listed(names)}")
    if not replacement.is_dir() and replacement.suffix != ".csv":
        raise TableError(f"{replacement}: a price list must be a file that ends in .csv")


def _kind_of(file: Path) -> str:
    """Which table a file by itself is: salary bands where its header has their columns, else a price list."""
    header = read_text(file).partition("\n")[0].split(",")
    return BANDS if "level" in {column.strip() for column in header} else "pricing"


def _take_bands(path: Path, countries: Mapping[str, dict[str, Assumption]]) -> None:
    """Put a user's own salary bands, if there are any, in the place of ours."""
    if not path.exists():
        return
    for line, band in read_lined_table(path, Band):
        _must_be_known(path, line, "country", band.country, countries)
        name = f"salary_{band.level}_usd_per_year"
        countries[band.country][name] = countries[band.country][name].model_copy(
            update={
                "low": band.low_usd_per_year,
                "value": band.value_usd_per_year,
                "high": band.high_usd_per_year,
                "source": OWN_BANDS_SOURCE,
                "evidence": "stated",
                "note": band.note or "The user's own band.",
            }
        )


def _by_key(rows: Iterable[AnyRow]) -> Mapping:  # type: ignore[type-arg]  # the key's type follows the row's
    """Rows by their key columns: a plain value for one column, a tuple for several."""
    keyed = {tuple(getattr(row, column) for column in row.key): row for row in rows}
    return MappingProxyType({key[0] if len(key) == 1 else key: row for key, row in keyed.items()})


def _presets(path: Path) -> Mapping[str, tuple[Preset, ...]]:
    presets: dict[str, tuple[Preset, ...]] = {}
    for line, row in read_lined_table(path, Preset):
        if row.name != "label":
            _must_be_known(path, line, "name", row.name, SHARED_NAMES)
            try:
                checked(row.name, float(row.value))
            except InputError as error:
                raise TableError(f"{path}, row {line}, column 'value', value {row.value!r}: {error}") from None
            except ValueError:
                raise TableError(f"{path}, row {line}, column 'value', value {row.value!r}: must be a number") from None
        presets[row.preset] = (*presets.get(row.preset, ()), row)
    return presets


def _correlations(path: Path, sources: Iterable[str]) -> tuple[Correlated, ...]:
    seen: dict[str, int] = {}
    lined_rows = read_lined_table(path, Correlated)
    for line, row in lined_rows:
        _must_be_known(path, line, "source", row.source, sources)
        for name in row.names.split():
            _must_be_known(path, line, "names", name.partition(".")[0], (*SHARED_NAMES, *FRAMEWORK_NAMES))
            if name in seen:
                raise TableError(
                    f"{path}, row {line}, column 'names', value {name!r}: stands in row {seen[name]} already"
                )
            seen[name] = line
        if row.rank_correlation < 0 and len(row.names.split()) != 2:
            raise TableError(f"{path}, row {line}: a negative rank_correlation holds between two names only")
    return tuple(row for _, row in lined_rows)


def _must_be_known(path: Path, line: int, column: str, value: str, known: Iterable[str]) -> None:
    if value not in known:
        raise TableError(f"{path}, row {line}, column {column!r}, value {value!r}: must be one of {_listed(known)}")


def _listed(names: Iterable[str]) -> str:
    """Names beside one another, as many as a sentence has room for."""
    text = ", ".join(names)
    return text if len(text) < 200 else text[:200] + ", ..."


def _must_be_about_known_things(a: Assumptions, path: Path, views: Iterable[tuple[int, ArticleView]]) -> None:
    """Each row of the guide's view replaces a row that there is, and carries a claim that there is."""
    for line, row in views:
        _must_be_known(path, line, "name", row.name, (*SHARED_NAMES, *FRAMEWORK_NAMES))
        # A shared input may be seen in one way everywhere, or country by country.
        everywhere = ("",) if row.name in SHARED_NAMES else ()
        _must_be_known(path, line, "applies_to", row.applies_to, {*everywhere, *a.rows[row.name]})
        _must_be_known(path, line, "source", row.source, a.sources)
        _must_be_known(path, line, "claim", row.claim, a.claims)


def _names(rows: RowsByPlace) -> set[str]:
    return {name for by_name in rows.values() for name in by_name}


def _must_cover(path: Path, rows: RowsByPlace, places: Iterable[str]) -> None:
    """Every place has a row for every name that any place has."""
    for place in rows:
        if place not in places:
            rule = f"one of {', '.join(places)}" if any(places) else "empty"
            raise TableError(f"{path}, column 'applies_to', value {place!r}: must be {rule}")
    for place in places:
        for name in sorted(_names(rows) - set(rows.get(place, {}))):
            raise TableError(f"{path}: a row is missing with name {name!r} and applies_to {place!r}")


def _must_be_split(path: Callable[[str], Path], tables: Mapping[str, RowsByPlace], expected: Iterable[str]) -> None:
    """Each expected name is in one of the tables, and only in one."""
    found = {path(table): _names(rows) for table, rows in tables.items()}
    for name in expected:
        holders = [str(holder) for holder, names in found.items() if name in names]
        if not holders:
            first, *others = found
            also = " and in ".join(other.name for other in others)
            raise TableError(f"{first}: a row with name {name!r} is missing, here and in {also}")
        if len(holders) > 1:
            raise TableError(f"{holders[0]}: {name!r} stands in {holders[1]} as well; it may stand in one table only")
    for holder, names in found.items():
        for name in sorted(names - set(expected)):
            raise TableError(f"{holder}, column 'name', value {name!r}: belongs into another table")
