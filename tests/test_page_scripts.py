import gzip
import shutil
import subprocess

import pytest

from tco.dashboard import plotly_js, voila_js

WHOLE = """
head();
var w=(e,t)=>()=>{try{return t||e((t={exports:{}}).exports,t),t.exports}catch(r){throw r}};
var core=w((e,t)=>{t.exports="core"});
var bits=w((e,t)=>{t.exports="bits"});
var bar=w((e,t)=>{bits();t.exports={moduleType:"trace",name:"bar"}});
var barL=w((e,t)=>{t.exports=bar()});
var heat=w((e,t)=>{t.exports={moduleType:"trace",name:"heatmap"}});
var heatL=w((e,t)=>{t.exports=heat()});
var cont=w((e,t)=>{t.exports={moduleType:"trace",name:"contour"}});
var contL=w((e,t)=>{t.exports=cont()});
var map=w((e,t)=>{t.exports={moduleType:"trace",name:"map"}});
var mapL=w((e,t)=>{t.exports=map()});
var all=w((e,t)=>{var c=core();c.register([barL(),heatL(),contL(),mapL()]);t.exports=c});return all();
"""


def test_keeps_what_our_charts_need() -> None:
    """
    Of a file with four traces the one that we do not draw is left out with its module; what the others use stays.
    """
    small = plotly_js.small(WHOLE)
    assert "register([barL(),heatL(),contL()])" in small
    assert all(f"var {name}=" in small for name in ("core", "bits", "bar", "heat", "cont", "all"))
    assert "map" not in small.replace("heatmap", "")
    assert '["bar", "contour", "heatmap", "scatter"]' in small


def test_has_modules_compiled_while_the_file_loads() -> None:
    """
    Functions of modules, and the one around them, are in parentheses; a module with more behind it stays as it is.
    """
    more = 'var bar=w((e,t)=>{bits();t.exports={moduleType:"trace",name:"bar"}});function f(){}var late=x(()=>{f()});'
    file = WHOLE.replace("head();", "(run(typeof self, self : this, () => {").replace(
        "return all();", "return Plotly;\n}));"
    )
    small = plotly_js.small(file.replace('var bar=w((e,t)=>{bits();t.exports={moduleType:"trace",name:"bar"}});', more))
    assert 'var core=w(((e,t)=>{t.exports="core"}));' in small
    assert more in small
    assert small.startswith("\n(run(typeof self, self : this, (() => {")
    assert "return Plotly;\n})));" in small


@pytest.mark.parametrize("change", [("exports:{}", "exports:[]"), (".register([", ".add(["), ('"bar"', '"column"')])
def test_leaves_a_file_that_it_does_not_understand_alone(change: tuple[str, str]) -> None:
    """
    A file without the marks of the bundler, or without one of our traces, comes back whole.
    """
    file = WHOLE.replace(*change)
    assert plotly_js.small(file) == file


def test_the_installed_plotly_js_gets_a_quarter_as_large() -> None:
    """
    The file that the locked plotly brings along is understood: what is left is a quarter of it, and still a program.
    """
    small = gzip.decompress(plotly_js.small_compressed())
    assert len(small) < plotly_js.PATH.stat().st_size / 4
    if node := shutil.which("node"):
        subprocess.run([node, "--check", "-"], input=small, check=True, timeout=60)


def test_voila_js_holds_every_file_of_the_list() -> None:
    """
    Each file on the list is there in the locked Voilà, and the one that starts the others comes last.
    """
    names = voila_js.names()
    assert names[-1] == "voila.js"
    assert [name for name in names if voila_js.path_of(name) is None] == []
    assert gzip.decompress(voila_js.compressed()).endswith(voila_js.path_of("voila.js").read_bytes())
