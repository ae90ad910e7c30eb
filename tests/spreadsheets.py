"""Spreadsheets as LibreOffice works them out: the only way to know that a formula means what it says."""

import io
import os
import re
import shutil
import subprocess
import zipfile

import openpyxl
import pytest

CONVERT_SECONDS = 300


def soffice():
    """LibreOffice; without it the test is skipped, and under CI it fails."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        reason = "needs LibreOffice: soffice is not installed (Debian's libreoffice-calc-nogui)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return program


def recalculated(paths, directory):
    """Workbooks as LibreOffice works them out and writes them, by the stem of their name, read for their values."""
    profile = f"-env:UserInstallation={(directory / 'profile').as_uri()}"
    out = directory / "recalculated"
    command = [soffice(), profile, "--headless", "--convert-to", "xlsx", "--outdir", str(out), *map(str, paths)]
    subprocess.run(command, check=True, capture_output=True, timeout=CONVERT_SECONDS)
    return {path.stem: openpyxl.load_workbook(out / path.name, data_only=True) for path in paths}


def without_results(content, path, values=None):
    """
    Write a workbook with other values in some of its named inputs, and no result in any cell.

    What LibreOffice then finds, it has worked out. Done in the file's own XML: openpyxl takes seconds for each.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        workbook = source.read("xl/workbook.xml").decode()
        rows = dict(re.findall(r"""<definedName name="(\w+)">'Inputs'!\$C\$(\d+)</definedName>""", workbook))
        for item in source.infolist():
            text = source.read(item).decode()
            if item.filename.startswith("xl/worksheets/sheet"):
                text = re.sub("(<f[^>]*>[^<]*</f>)<v>[^<]*</v>", r"\1", text)
            if item.filename == "xl/worksheets/sheet2.xml":  # the inputs
                for name, value in (values or {}).items():
                    cell = f'(<c r="C{rows[name]}"[^>]*><v>)[^<]*'
                    text, found = re.subn(cell, rf"\g<1>{float(value)!r}", text)
                    assert found == 1
            target.writestr(item, text)
    return path


def cells_of(workbook, name):
    """The cells that a name stands for, row by row."""
    ((sheet, where),) = workbook.defined_names[name].destinations
    found = workbook[sheet][where.replace("$", "")]
    return [cell for row in found for cell in row] if isinstance(found, tuple) else [found]


def values_of(workbook, name):
    """Their values."""
    return [cell.value for cell in cells_of(workbook, name)]
