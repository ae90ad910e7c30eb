"""
Downloads: buttons that make a file of the scenario on the page, and give it to the browser.

A file is made when it is asked for and not before: no step of a slider waits for it. It travels packed, since a server
drops what is larger than a few megabytes, and the page needs no address to fetch it from.
"""

import gzip
import logging
from pathlib import Path
from typing import Any, Final, NamedTuple

import anywidget
import traitlets

from tco.dashboard.state import State
from tco.inputs import InputError
from tco.report import report_bytes


class Kind(NamedTuple):
    """A kind of file: what its button says, and what browsers call it."""

    label: str
    mime: str


KINDS: Final = {
    "xlsx": Kind("Excel workbook", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "html": Kind("HTML report", "text/html"),
    "csv": Kind("CSV", "text/csv"),
}


class Downloads(anywidget.AnyWidget):
    """
    A row of buttons, one for each kind of file.

    Parameters
    ----------
    state : State
        The page's scenario and costs, of which the files are made.
    """

    _esm = Path(__file__).with_suffix(".js")

    kinds = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(self, state: State) -> None:
        super().__init__(kinds=[{"id": id_, **kind._asdict()} for id_, kind in KINDS.items()])
        self._state = state
        self.on_msg(self._answer)

    def _answer(self, _widget: object, content: Any, _buffers: object) -> None:
        """
        Send the file that a button asked for, or one sentence why there is none.
        """
        kind = content.get("make") if isinstance(content, dict) else None
        # Whoever looks at a page can send anything to its kernel.
        if not isinstance(kind, str) or kind not in KINDS:
            return
        scenario, costs = self._state.result
        try:
            made = report_bytes(scenario, kind, costs)
        except InputError as error:
            self.send({"made": kind, "refused": str(error)})
        except Exception:
            logging.getLogger(__name__).exception("the download %s failed", kind)
            self.send({"made": kind, "refused": "The file could not be made."})
        else:
            self.send({"made": kind, "name": f"tco-{scenario.preset}.{kind}"}, [gzip.compress(made, 6, mtime=0)])
