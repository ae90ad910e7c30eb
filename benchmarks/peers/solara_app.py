"""The small dashboard in Solara."""

import content
import solara

preset = solara.reactive(content.FIRST_PRESET)
country = solara.reactive(content.FIRST_COUNTRY)
values = {slider.name: solara.reactive(slider.first) for slider in content.SLIDERS}


@solara.component
def Page() -> None:
    """The page."""
    with solara.Row():
        solara.Select("What is being built", list(content.PRESETS), value=preset)
        solara.Select("Country", list(content.COUNTRIES), value=country)
    with solara.Columns([1] * len(content.SLIDERS)):
        for slider in content.SLIDERS:
            kind = solara.SliderFloat if slider.step < 1 else solara.SliderInt
            kind(slider.label, value=values[slider.name], min=slider.least, max=slider.most, step=slider.step)
    shown = content.show(preset.value, country.value, **{name: value.value for name, value in values.items()})
    solara.Text(shown.sentence)
    solara.HTML(tag="div", unsafe_innerHTML=shown.table)
    with solara.Columns([1] * len(shown.figures)):
        for figure in shown.figures:
            solara.FigurePlotly(figure)
