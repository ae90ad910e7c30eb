"""The small dashboard in marimo."""

import marimo

app = marimo.App(width="full")


@app.cell
def _():
    import content
    import marimo as mo

    return content, mo


@app.cell
def _(content, mo):
    preset = mo.ui.dropdown(content.PRESETS, content.FIRST_PRESET, label="What is being built")
    country = mo.ui.dropdown(content.COUNTRIES, content.FIRST_COUNTRY, label="Country")
    sliders = mo.ui.dictionary(
        {
            slider.name: mo.ui.slider(
                slider.least, slider.most, slider.step, slider.first, label=slider.label, show_value=True
            )
            for slider in content.SLIDERS
        }
    )
    mo.vstack([mo.hstack([preset, country]), mo.hstack(sliders.values(), wrap=True)])
    return country, preset, sliders


@app.cell
def _(content, country, mo, preset, sliders):
    shown = content.show(preset.value, country.value, **sliders.value)
    mo.vstack([mo.md(shown.sentence.replace("$", "\\$")), mo.Html(shown.table)])
    return (shown,)


@app.cell
def _(mo, shown):
    mo.hstack(shown.figures, widths="equal")


if __name__ == "__main__":
    app.run()
