"""Let `python -m tco` be the command line."""

from tco.cli import app

app(prog_name="tco")
