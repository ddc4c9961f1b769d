"""Importing modules without what they import in turn and no command needs, which takes a third of a short command.

In place of such a module stands one that has what is taken from it as others are imported. Whatever else is asked of
it comes from the real one, which is imported then; and that is what all get who import it later.
"""

from __future__ import annotations

import os
import sys
import typing
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any

_Functions = Mapping[str, Callable[..., Any]]


class _StandIn(ModuleType):
    """See the module. `functions` are what it has itself."""

    def __init__(self, name: str, functions: _Functions) -> None:
        super().__init__(name)
        self.__dict__.update(functions)

    def __getattr__(self, name: str) -> Any:
        if name == "__path__":  # an import asks for it: it is no package
            raise AttributeError(name)
        return getattr(_real(self.__name__), name)


def _real(name: str) -> ModuleType:
    if isinstance(sys.modules.get(name), _StandIn):
        del sys.modules[name]
    return import_module(name)


def _later(module: str, *names: str) -> _Functions:
    """These functions of `module`, which is imported when one of them is called."""
    return {name: partial(_call, module, name) for name in names}


def _call(module: str, name: str, *arguments: Any, **options: Any) -> Any:
    return getattr(_real(module), name)(*arguments, **options)


def _as_it_is(text: str | None) -> str | None:
    return text  # none is given for a description that there is not


def _one_or_more(one: str, more: str, number: int) -> str:
    return one if number == 1 else more


_STAND_INS: dict[str, dict[str, _Functions | None]] = {
    "uuid": {"platform": {"system": lambda: os.uname().sysname}},
    "pathlib": {"fnmatch": {}, "ntpath": {}, "urllib.parse": _later("urllib.parse", "quote_from_bytes")},
    # Nobody has translated the words of argparse; ours are English too.
    "argparse": {"gettext": {"gettext": _as_it_is, "ngettext": _one_or_more}},
    # In typing_extensions it looks for what `typing` has in every Python that we run on. None: not there.
    "msgspec": {
        "typing_extensions": None,
        **{f"msgspec.{name}": {} for name in ("inspect", "msgpack", "toml", "yaml")},
        "msgspec._json_schema": _later("msgspec._json_schema", "schema", "schema_components"),
    },
}
"""What is imported, and what it finds in place of which modules."""


def import_lean() -> None:
    """Import these modules, where nobody has imported them or those that they import."""
    # msgspec tries how that can be called; for the text that it gives Python would define all of its syntax tree.
    forward_ref, typing.ForwardRef = typing.ForwardRef, _untried  # type: ignore[misc,assignment]
    try:
        _import_lean()
    finally:
        typing.ForwardRef = forward_ref  # type: ignore[misc]


def _untried(*_arguments: Any, **_options: Any) -> None:
    pass


def _import_lean() -> None:
    for module, having in _STAND_INS.items():
        stand_ins: dict[str, Any] = {
            name: functions if functions is None else _StandIn(name, functions)
            for name, functions in having.items()
            if name not in sys.modules
        }
        sys.modules.update(stand_ins)
        try:
            import_module(module)
        finally:
            for name, stand_in in stand_ins.items():
                if sys.modules.get(name, module) is stand_in:
                    del sys.modules[name]
