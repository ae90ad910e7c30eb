"""PDF: the HTML page as a browser prints it."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from tco.inputs import InputError

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PRINT_SECONDS: Final = 120


def pdf_bytes(page: str) -> bytes:
    """
    A page as Chromium or Chrome prints it.

    Parameters
    ----------
    page : str
        HTML that needs no other file.

    Returns
    -------
    content : bytes
        The content of a `.pdf` file.

    Raises
    ------
    InputError
        If no such browser is installed, or it prints nothing.
    """
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise InputError(f"a PDF needs a browser to print it: none of {', '.join(BROWSERS)} is installed; write .html")
    with tempfile.TemporaryDirectory() as directory:
        source, target = Path(directory, "report.html"), Path(directory, "report.pdf")
        source.write_text(page, encoding="utf-8")
        command = [
            browser,
            "--headless",
            "--disable-gpu",
            "--disable-background-networking",
            "--no-first-run",
            f"--user-data-dir={directory}/profile",
            "--no-pdf-header-footer",
            f"--print-to-pdf={target}",
            source.as_uri(),
        ]
        # Chromium's sandbox refuses to run for root, as whom containers run.
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.insert(1, "--no-sandbox")
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=PRINT_SECONDS)
            return target.read_bytes()
        except (OSError, subprocess.SubprocessError) as error:
            raise InputError(f"{browser} printed no PDF ({error}); write .html and print that") from None
