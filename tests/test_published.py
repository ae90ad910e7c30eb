"""Published benchmarks: known facts come out, like for like only, and each broken row is one sentence."""

import csv
import io
from datetime import date

import pytest
from typer.testing import CliRunner

from tco.assumptions import load_assumptions
from tco.cli import app
from tco.inputs import InputError
from tco.published import (
    MAXIMUM_ERRORS_SHARE,
    age_sentence,
    like_for_like_ratios,
    ratio_quartiles,
    read_published,
    run_freshness,
    throughput_ratio,
    widened_group,
)
from tco.tables import TableError
from tests.tables import assert_one_sentence, our_rows, text_of

FRAMEWORKS = {"django", "fastapi", "flask", "litestar", "quart", "starlette"}


def run(source, test, entry, run_date=None):
    """The only row of our table that is so."""
    (found,) = (
        row
        for row in read_published()
        if (row.source, row.test, row.entry) == (source, test, entry) and run_date in (None, row.run_date)
    )
    return found


def ratios_of(source, run_date=None, **options):
    """FastAPI over Flask in a source, by test."""
    return {
        found.first.test: found.ratio
        for found in like_for_like_ratios("fastapi", "flask", **options)
        if found.first.source == source and run_date in (None, found.first.run_date)
    }


# --- known facts


def test_fastapi_over_flask_ranges_from_a_quarter_to_four():
    """From 624 / 2,637 (ORM updates, 2023) = 0.24 to 5,835 / 1,358 (updates by raw SQL, 2020) = 4.3."""
    ratios = sorted(found.ratio for found in like_for_like_ratios("fastapi", "flask"))
    assert ratios[0] == pytest.approx(624 / 2637, rel=1e-9)
    assert ratios[-1] == pytest.approx(5835 / 1358, rel=1e-9)


def test_the_greatest_ratio_compares_two_databases():
    """In 2020 Flask ran on MySQL and FastAPI on PostgreSQL; on one database the greatest is 3.8, for plain JSON."""
    greatest = max(like_for_like_ratios("fastapi", "flask"), key=lambda found: found.ratio)
    assert (greatest.first.source, greatest.database) == ("techempower-2020", "postgres over mysql")
    alike = max(like_for_like_ratios("fastapi", "flask", same_database=True), key=lambda found: found.ratio)
    assert (alike.first.test, round(alike.ratio, 1)) == ("json-4096", 3.8)


def test_ordinary_applications_of_2026_are_close():
    """Idiomatic applications on HttpArena, static files apart, and CRUD by SQLAlchemy: 0.94 to 1.3."""
    idiomatic = ratios_of("httparena-2026", "2026-04-28")
    crud = ratios_of("bilouro-2026")
    ordinary = [ratio for test, ratio in (idiomatic | crud).items() if test not in {"static-1024", "fanout"}]
    assert len(ordinary) == 9
    assert (round(min(ordinary), 2), round(max(ordinary), 1)) == (0.94, 1.3)


def test_an_optimised_application_moves_more_than_the_framework():
    """The same frameworks three weeks earlier, with FastAPI's application optimised: 2.1 to 3.8."""
    optimised = ratios_of("httparena-2026", "2026-04-08").values()
    assert (round(min(optimised), 1), round(max(optimised), 1)) == (2.1, 3.8)


def test_a_wait_of_50_ms_on_16_slots():
    """991.6 / 265.1 = 3.7: 4 workers x 4 threads against a pool of about 60 connections."""
    assert ratios_of("bilouro-2026")["fanout"] == pytest.approx(991.6 / 265.1, rel=1e-9)


def test_the_model_s_ranges_contain_what_was_published():
    """
    Where the core binds, FastAPI over Flask is the ratio of their CPU per request.

    With 5 ms of application code and both ends of its style and of the framework's own CPU, that spans 0.24 to 4.3.
    """
    rows = load_assumptions().serving_rows

    def cpu_ms(serving, end):
        style, framework = (getattr(rows[serving][name], end) for name in ("app_cpu_ratio", "framework_cpu_ms"))
        return 5 * style + framework

    published = [found.ratio for found in like_for_like_ratios("fastapi", "flask")]
    assert cpu_ms("flask-threads", "low") / cpu_ms("fastapi-async", "high") <= min(published)
    assert cpu_ms("flask-threads", "high") / cpu_ms("fastapi-async", "low") >= max(published)


# --- like for like


@pytest.mark.parametrize(
    ("first", "second", "parts"),
    [
        # Raw SQL against an ORM.
        (("techempower-2023", "db", "fastapi"), ("techempower-2023", "db", "flask"), ["access", "raw", "orm"]),
        (("techempower-2023", "db", "fastapi"), ("techempower-2023", "query", "flask-raw"), ["test", "db", "query"]),
        (("techempower-2023", "json", "fastapi"), ("techempower-2020", "json", "flask"), ["source"]),
        (
            ("httparena-2026", "json-4096", "fastapi", "2026-04-08"),
            ("httparena-2026", "json-4096", "flask", "2026-04-28"),
            ["run", "2026-04-08", "2026-04-28"],
        ),
        # 18% of its requests failed.
        (("techempower-2023", "db", "fastapi"), ("techempower-2023", "db", "flask-raw"), ["errors_share", "0.178"]),
    ],
)
def test_mixing_is_refused(first, second, parts):
    """One sentence names both entries, or the one that failed, and what differs."""
    with pytest.raises(InputError) as caught:
        throughput_ratio(run(*first), run(*second))
    assert_one_sentence(str(caught.value), *parts)


@pytest.mark.parametrize("variants", [False, True])
def test_no_pair_is_mixed(variants):
    """Each pair shares source, run, hardware, test and way to the database, and neither failed its requests."""
    for first, second, ratio in like_for_like_ratios("fastapi", "flask", variants=variants):
        for field in ("source", "run_date", "hardware", "harness", "test", "access"):
            assert getattr(first, field) == getattr(second, field)
        assert (first.framework, second.framework) == ("fastapi", "flask")
        assert ratio == first.throughput_rps / second.throughput_rps
        assert all((one.errors_share or 0) <= MAXIMUM_ERRORS_SHARE for one in (first, second))


def test_variants_are_left_out_unless_asked_for():
    """Other interpreters and servers widen the range to 0.03 and 41, and say nothing of the frameworks."""
    assert all(found.first.main == found.second.main == "yes" for found in like_for_like_ratios("fastapi", "flask"))
    wide = [found.ratio for found in like_for_like_ratios("fastapi", "flask", variants=True)]
    assert (round(min(wide), 2), round(max(wide))) == (0.03, 41)


def test_the_other_way_round_is_the_inverse():
    """Flask over FastAPI is one over FastAPI over Flask, pair by pair."""
    there = sorted(found.ratio for found in like_for_like_ratios("fastapi", "flask"))
    back = sorted(1 / found.ratio for found in like_for_like_ratios("flask", "fastapi"))
    assert there == pytest.approx(back, rel=1e-12)


def test_another_database_is_only_a_last_resort():
    """Django ran on both in 2023: where Flask's PostgreSQL has a partner, MySQL is not compared with it."""
    found = [one for one in like_for_like_ratios("django", "flask") if one.first.source == "techempower-2023"]
    assert found
    assert all(" over " not in one.database for one in found)


@pytest.mark.parametrize(
    ("first", "second", "parts"),
    [
        ("fastapi", "rails", ["framework must be one of", "'rails'"]),
        ("fastapi", "fastapi", ["two different", "fastapi twice"]),
    ],
)
def test_what_cannot_be_compared_is_refused(first, second, parts):
    """An unknown framework, and a framework with itself."""
    with pytest.raises(InputError) as caught:
        like_for_like_ratios(first, second)
    assert_one_sentence(str(caught.value), *parts)


def test_frameworks_that_nobody_measured_alike_are_refused():
    """Raw SQL for one, an ORM for the other: the sentence says so."""
    rows = [run("techempower-2023", "db", "fastapi"), run("techempower-2023", "db", "flask")]
    with pytest.raises(InputError) as caught:
        like_for_like_ratios("fastapi", "flask", runs=rows)
    assert_one_sentence(str(caught.value), "like for like", "fastapi by raw", "flask by orm")


def test_quartiles_by_hand():
    """3 pairs of one run: 1.07, 1.15 and 3.74, so the quartiles are the means of neighbours."""
    group = next(one for one in ratio_quartiles(like_for_like_ratios("fastapi", "flask")) if one.pair_count == 3)
    least, middle, greatest = sorted(ratios_of("bilouro-2026").values())
    assert group[5:] == pytest.approx(
        (least, (least + middle) / 2, middle, (middle + greatest) / 2, greatest), rel=1e-12
    )


def test_groups_hold_every_pair_once():
    """Counts add up, and quartiles ascend."""
    ratios = like_for_like_ratios("fastapi", "flask", variants=True)
    groups = ratio_quartiles(ratios)
    assert sum(group.pair_count for group in groups) == len(ratios)
    assert all(list(group[5:]) == sorted(group[5:]) for group in groups)


# --- the table


def test_every_framework_of_the_comparison_is_there():
    """Litestar too, under its own name though it was Starlite then; and nothing else."""
    assert {row.framework for row in read_published()} == FRAMEWORKS


def test_every_row_has_a_source():
    """Each names a row of the table of sources."""
    assert {row.source for row in read_published()} <= {row["source"] for row in our_rows("sources")}


def test_cpu_fits_into_the_machine():
    """CPU per request x throughput is at most the 64 hardware threads, and the 6% more that the harness counts."""
    busy = [row.cpu_ms * row.throughput_rps / 1000 for row in read_published() if row.cpu_ms is not None]
    assert len(busy) == 44
    assert max(busy) < 64 * 1.06


def test_percentiles_ascend():
    """The median is at most the 95th percentile, and that at most the 99th."""
    for row in read_published():
        known = [value for value in (row.p50_ms, row.p95_ms, row.p99_ms) if value is not None]
        assert known == sorted(known), row


BROKEN = {
    "a throughput of zero": ({"throughput_rps": "0"}, ["throughput_rps", "'0'", "greater than 0"]),
    "text": ({"throughput_rps": "fast"}, ["throughput_rps", "'fast'", "number"]),
    "not a number": ({"p99_ms": "nan"}, ["p99_ms", "'nan'"]),
    "a negative time": ({"p50_ms": "-1"}, ["p50_ms", "'-1'"]),
    "more than all": ({"errors_share": "1.5"}, ["errors_share", "'1.5'"]),
    "an unknown access": ({"access": "full"}, ["access", "'full'", "'raw'"]),
    "a database without access": ({"database": "postgres", "access": "none"}, ["database and access", "postgres"]),
    "a date of another form": ({"run_date": "28.4.2026"}, ["run_date", "'28.4.2026'"]),
    "neither yes nor no": ({"main": "maybe"}, ["main", "'maybe'"]),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_row_is_one_sentence(tmp_path, fault):
    """File, row, column, value and rule."""
    changes, parts = BROKEN[fault]
    rows = our_rows("published_benchmarks")[:3]
    rows[1].update(changes)
    path = tmp_path / "published_benchmarks.csv"
    path.write_text(text_of(rows), encoding="utf-8")
    with pytest.raises(TableError) as caught:
        read_published(path)
    assert_one_sentence(str(caught.value), str(path), "row 3", *parts)


def test_a_run_stands_only_once(tmp_path):
    """Two figures for one entry in one test of one run would be counted twice."""
    rows = our_rows("published_benchmarks")[:1] * 2
    path = tmp_path / "published_benchmarks.csv"
    path.write_text(text_of(rows), encoding="utf-8")
    with pytest.raises(TableError, match="stands in row 2 already"):
        read_published(path)


# --- their age

TODAY = date(2026, 11, 25)


def test_a_run_is_stale_after_eighteen_months():
    """2023-09-19 was 1,163 days before: 615 beyond the limit of 548, at 10 per cent a year 16.8 per cent."""
    a = load_assumptions()
    old = run_freshness("2023-09-19", TODAY, a)
    assert (old.age_days, old.is_stale) == (1163, True)
    assert old.widening_share == pytest.approx(615 / 365 * 0.1, rel=1e-12)
    assert not run_freshness("2026-05-14", TODAY, a).is_stale
    assert run_freshness("2026-05-14", date(2027, 11, 14), a).is_stale


def test_age_widens_a_range_and_leaves_its_middle():
    """16.8 per cent lower below the median and higher above it; a fresh group stays as it is."""
    a = load_assumptions()
    groups = ratio_quartiles(like_for_like_ratios("fastapi", "flask"))
    (old,) = (group for group in groups if (group.run_date, group.access) == ("2023-09-19", "orm"))
    share = 615 / 365 * 0.1
    new = widened_group(old, run_freshness(old.run_date, TODAY, a))
    assert (new.least, new.lower_quartile, new.median, new.upper_quartile, new.greatest) == pytest.approx(
        (
            old.least * (1 - share),
            old.lower_quartile * (1 - share),
            old.median,
            old.upper_quartile * (1 + share),
            old.greatest * (1 + share),
        ),
        rel=1e-12,
    )
    assert new[:5] == old[:5]
    fresh = groups[0]
    assert widened_group(fresh, run_freshness(fresh.run_date, TODAY, a)) == fresh


def test_the_sentence_counts_what_is_stale():
    """None on the day after the oldest run; all of them in 2030, the oldest by half, which is the most."""
    a, ratios = load_assumptions(), like_for_like_ratios("fastapi", "flask")
    assert age_sentence(ratios, date(2020, 12, 30), a) == ""
    assert age_sentence(ratios, date(2030, 1, 1), a).startswith("Stale: 36 of 36 pairs are older than 548 days")
    assert age_sentence(ratios, date(2030, 1, 1), a).endswith("by up to 50%.")


# --- the command


@pytest.fixture(autouse=True)
def _on_a_day(monkeypatch):
    """The command counts ages from this day."""
    monkeypatch.setattr("tco.price_commands.today", lambda: TODAY)


def run_command(*arguments):
    return CliRunner(env={"COLUMNS": "200", "TERM": "dumb"}).invoke(app, ["published", *arguments])


def test_the_command_prints_the_groups_and_the_range():
    """Each run with its quartiles to two digits, what is stale with a star, and how far all pairs reach."""
    done = run_command()
    assert (done.exit_code, done.stderr) == (0, "")
    reach, aged = done.stdout.splitlines()[-2:]
    assert reach == "36 pairs, from 0.24 to 4.30."
    assert aged.startswith("* Stale: 18 of 36 pairs")
    # 0.2366 less 16.8 per cent; 4.297 and 44.1 per cent more, 1,609 days at 10 per cent a year.
    assert aged.endswith("With their age, from 0.20 to 6.19.")
    assert "2023-09-19*" in done.stdout
    assert "2026-05-14*" not in done.stdout
    cells = [line.split() for line in done.stdout.splitlines()]
    assert ["bilouro-2026", "2026-05-14", "postgres", "orm", "3", "1.07", "1.11", "1.15", "2.44", "3.74"] in cells


def test_fresh_runs_need_no_mark(monkeypatch):
    """On a day before all limits, the last line is how far the pairs reach."""
    monkeypatch.setattr("tco.price_commands.today", lambda: date(2021, 1, 1))
    assert run_command().stdout.splitlines()[-1] == "36 pairs, from 0.24 to 4.30."


def test_csv_is_the_library_s_table():
    """A row for each group, or with --pairs for each pair, to four digits, with what its age makes of it."""
    ratios = like_for_like_ratios("django", "flask")
    groups = list(csv.DictReader(io.StringIO(run_command("--first", "django", "--csv").stdout)))
    assert [float(row["median"]) for row in groups] == pytest.approx(
        [group.median for group in ratio_quartiles(ratios)], abs=5e-5
    )
    pairs = list(csv.DictReader(io.StringIO(run_command("--first", "django", "--csv", "--pairs").stdout)))
    assert [float(row["ratio"]) for row in pairs] == pytest.approx([found.ratio for found in ratios], abs=5e-5)
    for row in pairs:
        is_stale = row["run_date"] < "2025-05-26"
        assert row["stale"] == ("yes" if is_stale else "no")
        assert (float(row["low"]) < float(row["ratio"]) < float(row["high"])) == is_stale


def test_the_command_refuses_in_one_sentence():
    """Exit code 2, nothing on the output, one sentence on the error stream."""
    done = run_command("--second", "rails")
    assert (done.exit_code, done.stdout) == (2, "")
    assert_one_sentence(done.stderr.strip(), "tco: framework must be one of", "'rails'")
