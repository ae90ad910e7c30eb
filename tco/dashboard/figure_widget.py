"""
One widget that shows any Plotly figure, with one plotly.js for all of a page's charts.

Plotly's own ``FigureWidget`` sends several megabytes of JavaScript for each chart and may draw old numbers. This one
sends the whole figure in one message, so a picture is never a mix of two results, and the page loads plotly.js once:
from the server where that answers (see `tco.dashboard.assets`), from the kernel where it does not.
"""

import json
from pathlib import Path
from typing import Any

import anywidget
import plotly.graph_objects as go
import traitlets

from tco.dashboard import plotly_js


class Figure(anywidget.AnyWidget):
    """
    A chart on a page.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure, optional
        What to draw; without it the place stays empty until `draw`.
    alt : str
        The picture in words, for those who cannot see it.
    name : str
        A short name by which style sheets and tests find the chart: ``data-name`` of its element.

    Examples
    --------
    >>> chart = Figure(go.Figure(go.Bar(x=["Flask", "FastAPI"], y=[3, 2])), alt="FastAPI costs less", name="total")
    >>> chart.draw(go.Figure(go.Bar(x=["Flask", "FastAPI"], y=[2, 3])), alt="Flask costs less")
    >>> chart.revision
    2
    """

    _esm = Path(__file__).with_suffix(".js")
    # Voilà pages have this sheet from the start; JupyterLab gets it with the first chart.
    _css = Path(__file__).parent / "jupyter/nbconvert/templates/tco/static/widgets.css"

    name = traitlets.Unicode().tag(sync=True)
    # Figure, words and revision travel as one string: one trait is one message, and a string is compared at once.
    drawing = traitlets.Unicode().tag(sync=True)

    def __init__(self, figure: go.Figure | None = None, *, alt: str = "", name: str = "", **kwargs: Any) -> None:
        self.revision = 0
        self._figure = go.Figure()
        self._alt = alt
        if figure is not None:
            # Drawn before the page learns of the widget, so that its first message is already complete.
            kwargs["drawing"] = self._take(figure, alt)
        super().__init__(name=name, **kwargs)
        self.on_msg(self._answer)

    @property
    def figure(self) -> go.Figure:
        """
        The figure drawn last; assigning one draws it.
        """
        return self._figure

    @figure.setter
    def figure(self, figure: go.Figure) -> None:
        self.draw(figure)

    @property
    def alt(self) -> str:
        """
        The picture in words.
        """
        return self._alt

    def draw(self, figure: go.Figure, *, alt: str | None = None) -> None:
        """
        Replace the whole picture, and its words too where given.
        """
        self.drawing = self._take(figure, self._alt if alt is None else alt)

    def _take(self, figure: go.Figure, alt: str) -> str:
        self.revision += 1
        self._figure, self._alt = figure, alt
        head = json.dumps({"revision": self.revision, "alt": alt})
        return f'{head[:-1]}, "figure": {figure.to_json(validate=False)}}}'

    def _answer(self, _widget: object, content: Any, _buffers: object) -> None:
        """
        Send plotly.js to a page whose server does not have it.
        """
        if content == "plotly.js":
            self.send("plotly.js", [plotly_js.compressed()])
