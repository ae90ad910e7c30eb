"""
Times what LibreOffice takes to work out a workbook of `tco report`, against `tco.evaluate` on the same scenarios.

Prints a table and asserts nothing. Times are CPU, so that a busy machine falls on nobody. LibreOffice opens and writes
the same workbooks twice in turn: once with the result of every cell, which it takes over, and once with none, so that
it has to work all of them out; the difference is the recalculation.
"""

import io
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from statistics import median

import numpy as np

import tco
from tco.report.workbook import workbook_bytes

PRESETS = ("internal-tool", "customer-api", "ml-product")
COPIES = 8
ROUNDS = 3
MANY = 100_000
EVALUATIONS = 200
MILLION = 1_000_000


def children_seconds() -> float:
    """
    CPU that the programs which this one started have taken so far.
    """
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def without_results(content: bytes) -> bytes:
    """
    A workbook whose cells hold formulas and no results.
    """
    stripped = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(stripped, "w") as target:
        for item in source.infolist():
            text = source.read(item)
            if item.filename.startswith("xl/worksheets/sheet"):
                text = re.sub(rb"(<f[^>]*>[^<]*</f>)<v>[^<]*</v>", rb"\1", text)
            target.writestr(item, text)
    return stripped.getvalue()


def convert(program: str, directory: Path, files: list[Path], out: Path) -> float:
    """
    CPU that LibreOffice takes to open these workbooks and to write them again.
    """
    profile = f"-env:UserInstallation={(directory / 'profile').as_uri()}"
    command = [program, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(out), *map(str, files)]
    before = children_seconds()
    subprocess.run(command, check=True, capture_output=True)
    return children_seconds() - before


def copies(directory: Path, content: bytes) -> list[Path]:
    """
    The same workbook under several names.
    """
    directory.mkdir()
    paths = [directory / f"{i}.xlsx" for i in range(COPIES)]
    for path in paths:
        path.write_bytes(content)
    return paths


def workbook_seconds(program: str, scenario: tco.Scenario) -> tuple[float, float]:
    """
    CPU for one workbook: recalculation alone, and all of opening, recalculating and writing.
    """
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        bare = copies(directory / "bare", without_results(workbook_bytes(scenario)))
        convert(program, directory, bare[:1], directory / "worked-out")
        full = copies(directory / "full", (directory / "worked-out" / "0.xlsx").read_bytes())
        recalculation, everything = [], []
        for _ in range(ROUNDS):
            one, all_bare, all_full = (
                convert(program, directory, files, directory / "out") for files in (bare[:1], bare, full)
            )
            recalculation.append((all_bare - all_full) / COPIES)
            everything.append((all_bare - one) / (COPIES - 1))
        return median(recalculation), median(everything)


def library_seconds(scenario: tco.Scenario) -> tuple[float, float]:
    """
    CPU for one evaluation, alone and as one of a hundred thousand that differ in traffic, waiting and team.
    """
    start = time.process_time()
    for _ in range(EVALUATIONS):
        tco.evaluate(scenario)
    alone = (time.process_time() - start) / EVALUATIONS
    generator = np.random.default_rng(seed=1)
    many = scenario.replace(
        peak_users=generator.uniform(10, 50_000, (MANY, 1)),
        wait_ms=generator.uniform(5, 300, (MANY, 1)),
        team_people=generator.uniform(1, 20, (MANY, 1)),
    )
    start = time.process_time()
    tco.evaluate(many)
    return alone, (time.process_time() - start) / MANY


def main() -> None:
    """
    Time everything and print it.
    """
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        sys.exit("needs LibreOffice: soffice is not installed (Debian's libreoffice-calc-nogui)")
    print(f"{'CPU, ms a scenario':<16}{'workbook':>10}{'+ file':>10}{'alone':>10}{'of many':>10}{'ratio':>10}", end="")
    print(f"{'a million, workbook':>22}{'library':>10}")
    for preset in PRESETS:
        scenario = tco.scenario(preset)
        recalculation, everything = workbook_seconds(program, scenario)
        alone, of_many = library_seconds(scenario)
        cells = "".join(f"{1e3 * seconds:>10.3f}" for seconds in (recalculation, everything, alone, of_many))
        print(f"{preset:<18}{cells}{recalculation / of_many:>10,.0f}", end="")
        print(f"{MILLION * recalculation / 3600:>20,.1f} h{MILLION * of_many:>8,.1f} s", flush=True)


if __name__ == "__main__":
    main()
