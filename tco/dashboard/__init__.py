"""
Dashboard: widgets, pages and the server that shows them. Nothing else of the package imports it.

Each page is a function of the name of its module, and its module can be called in its place: in a cell of any notebook
`tco.dashboard.explorer(scenario)` is the explorer page, whose `scenario` and `costs` follow its sliders.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any, Final

PAGES: Final = (
    *("capacity", "compare", "executive", "explorer", "hiring", "method", "prices", "time_to_market", "uncertainty"),
)


class _PageModule(ModuleType):
    """The module of a page, which stands for the function of its name: both are `tco.dashboard.explorer`."""

    def __call__(self, *start: Any) -> Any:
        name = self.__name__.rpartition(".")[2]
        return getattr(self, name)(*start)


class _Dashboard(ModuleType):
    """The package, which imports a page when it is first used; the import system sets the module as its attribute."""

    def __getattr__(self, name: str) -> Any:
        if name not in PAGES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return import_module(f"{__name__}.{name}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name in PAGES and isinstance(value, ModuleType):
            value.__class__ = _PageModule
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Dashboard
