"""
Times LibreOffice working out scenarios in a workbook of `tco report`, against `tco.evaluate` on the same ones.

Prints a table. A macro opens the workbook, writes another traffic, team and number of interfaces into its cells, and
reads the totals, again and again; the same scenarios then go through the library, one by one and all at once. Times
are CPU, so that a busy machine falls on nobody; what opening takes is measured too and taken off. Times count only
where the totals of both agree to the cent.
"""

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import numpy as np

import tco
from tco.report import write_report

PRESETS = ("internal-tool", "customer-api", "ml-product")
SCENARIOS = 200
MANY = 100_000
ROUNDS = 3
MILLION = 1_000_000
CENT_USD = 0.005

MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1" script:language="StarBasic">
Sub Work(address As String, asked As String, answers As String)
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden"
  hidden(0).Value = True
  document = StarDesktop.loadComponentFromURL(address, "_blank", 0, hidden())
  users = document.NamedRanges.getByName("peak_users").getReferredCells().getCellByPosition(0, 0)
  team = document.NamedRanges.getByName("team_people").getReferredCells().getCellByPosition(0, 0)
  interfaces = document.NamedRanges.getByName("interface_count").getReferredCells().getCellByPosition(0, 0)
  totals = document.NamedRanges.getByName("every_total_usd").getReferredCells()
  Open asked For Input As #1
  Open answers For Output As #2
  Do While Not EOF(1)
    Line Input #1, text
    values = Split(text, ",")
    users.setValue(Val(values(0)))
    team.setValue(Val(values(1)))
    interfaces.setValue(Val(values(2)))
    row = totals.getDataArray()(0)
    answer = ""
    For i = LBound(row) To UBound(row)
      answer = answer &amp; Str(row(i)) &amp; ";"
    Next
    Print #2, answer
  Loop
  Close #1
  Close #2
  document.close(True)
  StarDesktop.terminate()
End Sub
</script:module>"""


def profile_with_macro(program: str, directory: Path) -> str:
    """
    A user profile of LibreOffice that has the macro, as the option that names it.
    """
    option = f"-env:UserInstallation={(directory / 'profile').as_uri()}"
    subprocess.run([program, option, "--headless", "--terminate_after_init"], check=True, capture_output=True)
    # A new profile has an empty module by this name.
    (directory / "profile" / "user" / "basic" / "Standard" / "Module1.xba").write_text(MODULE)
    return option


def asked_scenarios() -> np.ndarray:
    """
    Traffic, team and interfaces of each scenario.
    """
    generator = np.random.default_rng(seed=1)
    ranges = ((10, 50_000), (1, 20), (5, 200))
    return np.column_stack([generator.uniform(*ends, MANY) for ends in ranges]).round(3)


def workbook(command: list[str], directory: Path, asked: np.ndarray) -> tuple[float, np.ndarray]:
    """
    CPU that LibreOffice takes for these scenarios, opening included, and the totals that it finds.
    """
    questions, answers = directory / "questions.csv", directory / "answers.txt"
    questions.write_text("".join(f"{','.join(map(repr, map(float, row)))}\n" for row in asked))
    call = f"macro:///Standard.Module1.Work({(directory / 'book.xlsx').as_uri()},{questions},{answers})"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*command, call], check=True, capture_output=True, timeout=600)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    totals = [[float(cell) for cell in line.split(";")[:-1]] for line in answers.read_text().splitlines()]
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, np.array(totals)


def workbook_seconds(program: str, scenario: tco.Scenario, asked: np.ndarray, expected_usd: np.ndarray) -> float:
    """
    CPU for one scenario in the workbook.
    """
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        write_report(scenario, directory / "book.xlsx")
        command = [program, profile_with_macro(program, directory), "--headless", "--nologo", "--norestore"]
        taken = []
        for _ in range(ROUNDS):
            opening, _ = workbook(command, directory, asked[:1])
            seconds, totals_usd = workbook(command, directory, asked)
            if np.abs(totals_usd - expected_usd).max() >= CENT_USD:
                sys.exit("the workbook and the library disagree: their times cannot be compared")
            taken.append((seconds - opening) / (SCENARIOS - 1))
        return median(taken)


def library_seconds(scenario: tco.Scenario, asked: np.ndarray) -> tuple[float, float, np.ndarray]:
    """
    CPU for one scenario, evaluated alone and with all the others at once, and the totals.
    """

    def with_inputs(users: object, team: object, interfaces: object) -> tco.Scenario:
        return scenario.replace(peak_users=users, team_people=team, interface_count=interfaces)

    alone = [with_inputs(*map(float, row)) for row in asked[:SCENARIOS]]
    start = time.process_time()
    for one in alone:
        tco.evaluate(one)
    alone_seconds = (time.process_time() - start) / SCENARIOS
    many = with_inputs(*(column[:, None] for column in asked.T))
    start = time.process_time()
    costs = tco.evaluate(many)
    return alone_seconds, (time.process_time() - start) / MANY, costs.total_usd[:SCENARIOS]


def main() -> None:
    """
    Time everything and print it.
    """
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        sys.exit("needs LibreOffice: soffice is not installed (Debian's libreoffice-calc-nogui)")
    asked = asked_scenarios()
    print("CPU of one scenario in ms, and of a million")
    print(f"{'':<16}{'workbook':>10}{'alone':>10}{'of many':>10}{'ratio':>10}{'workbook':>12}{'library':>10}")
    for preset in PRESETS:
        scenario = tco.scenario(preset)
        alone, of_many, totals_usd = library_seconds(scenario, asked)
        book = workbook_seconds(program, scenario, asked[:SCENARIOS], totals_usd)
        cells = "".join(f"{1e3 * seconds:>10.3f}" for seconds in (book, alone, of_many))
        millions = f"{MILLION * book / 3600:>10.1f} h{MILLION * of_many:>8.0f} s"
        print(f"{preset:<16}{cells}{book / of_many:>10,.0f}{millions}", flush=True)


if __name__ == "__main__":
    main()
