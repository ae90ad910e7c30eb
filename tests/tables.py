"""Tables to break: a copy of ours with one file or one cell changed, and what a message must be like."""

import csv
import io
import shutil

from tco.assumptions import data_directory

PRICE_HEADER = (
    "provider,region,instance,architecture,vcpus,memory_gib,sustained_cpu_share,on_demand_usd_per_hour,"
    "spot_usd_per_hour,reserved_1y_usd_per_hour,reserved_3y_usd_per_hour,as_of,source"
)
PRICE_ROWS = (
    "aws,us-east-1,a.large,x86_64,2,8,1,0.1,0.04,0.06,0.05,2026-07-20,own",
    "aws,us-east-1,b.large,arm64,4,16,0.4,0.3,,,,2026-07-20,own",
)
PRICES = "\n".join([PRICE_HEADER, *PRICE_ROWS, ""])

# Contents of scenario files that are refused, and what a message says of them.
BROKEN_SCENARIOS = {
    "nothing": (b"", "empty"),
    "another encoding": ('country = "Côte"'.encode("latin-1"), "UTF-8"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "UTF-8"),
    "no TOML": (b"peak users: 5", "not TOML"),
    "another format": (b"format = 2", "format must be 1"),
    "an unknown field": (b"format = 1\ncolour = 'red'", "colour"),
    "an illegal value": (b"format = 1\n[inputs]\npeak_users = -5", "peak_users must lie in"),
    "text in a number": (b"format = 1\n[inputs]\npeak_users = '5'", "peak_users must be a number"),
    "a number without end": (b"format = 1\n[inputs]\npeak_users = 0x" + b"f" * 5_000, "too many digits"),
    "a script for a framework": (
        b"format = 1\n[inputs.ramp_up_weeks]\n'<img src=x onerror=alert(1)>' = 1",
        "<img src=x",
    ),
    "an unknown preset": (b"format = 1\npreset = 'moonshot'", "'moonshot'"),
}


def assert_one_sentence(message, *parts):
    """A message is one short line that names everything it should."""
    assert "\n" not in message
    assert len(message) < 500
    for part in parts:
        assert part in message, f"{part!r} is not in {message!r}"


def our_rows(table):
    """Rows of one of our tables as dictionaries of text."""
    with (data_directory() / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def text_of(rows, columns=None):
    """Rows as the text of a CSV file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns or list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def copy_with(directory, table, rows):
    """A copy of all our tables in which one has other rows; its path."""
    shutil.copytree(data_directory(), directory)
    path = directory / f"{table}.csv"
    path.write_text(text_of(rows), encoding="utf-8")
    return path
