"""The small dashboard in Streamlit."""

import content
import streamlit as st

st.set_page_config(layout="wide")
menus = st.columns(2)
preset = menus[0].selectbox("What is being built", content.PRESETS, content.PRESETS.index(content.FIRST_PRESET))
country = menus[1].selectbox("Country", content.COUNTRIES, content.COUNTRIES.index(content.FIRST_COUNTRY))
values = {
    slider.name: column.slider(slider.label, slider.least, slider.most, slider.first, slider.step)
    for slider, column in zip(content.SLIDERS, st.columns(len(content.SLIDERS)), strict=True)
}
shown = content.show(preset, country, **values)
st.write(shown.sentence)
st.html(shown.table)
for i, (figure, column) in enumerate(zip(shown.figures, st.columns(len(shown.figures)), strict=True)):
    column.plotly_chart(figure, key=f"figure-{i}", theme=None)
