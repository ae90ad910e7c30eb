"""The small dashboard in Panel."""

import content
import panel as pn

pn.extension("plotly")
preset = pn.widgets.Select(name="What is being built", options=list(content.PRESETS), value=content.FIRST_PRESET)
country = pn.widgets.Select(name="Country", options=list(content.COUNTRIES), value=content.FIRST_COUNTRY)
sliders = {
    slider.name: (pn.widgets.FloatSlider if slider.step < 1 else pn.widgets.IntSlider)(
        name=slider.label, start=slider.least, end=slider.most, value=slider.first, step=slider.step
    )
    for slider in content.SLIDERS
}


def now() -> content.Shown:
    """What the controls ask for."""
    return content.show(preset.value, country.value, **{name: slider.value for name, slider in sliders.items()})


first = now()
sentence = pn.pane.Str(first.sentence)
table = pn.pane.HTML(first.table)
figures = [pn.pane.Plotly(figure, sizing_mode="stretch_width") for figure in first.figures]


def update(*_events: object) -> None:
    """Show it."""
    shown = now()
    sentence.object, table.object = shown.sentence, shown.table
    for pane, figure in zip(figures, shown.figures, strict=True):
        pane.object = figure


for control in (preset, country, *sliders.values()):
    control.param.watch(update, "value")
pn.Column(pn.Row(preset, country), pn.Row(*sliders.values()), sentence, table, pn.Row(*figures)).servable()
