"""System calls of this process that fail, or that are noted."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest


def full() -> OSError:
    """The error of a full disk."""
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def fail(patch: pytest.MonkeyPatch, name: str, number: int, *, below: str = "", at: int = 1) -> None:
    """Let the call `os.name`, from the `at`-th on whose first argument ends with `below`, fail."""
    real = getattr(os, name)
    left = [at]

    def failing(subject: Any, *arguments: Any, **options: Any) -> Any:
        if not below or str(subject).endswith(below):
            left[0] -= 1
            if left[0] <= 0:
                raise OSError(number, os.strerror(number), str(subject))
        return real(subject, *arguments, **options)

    patch.setattr(os, name, failing)


def fail_always(patch: pytest.MonkeyPatch, name: str, number: int, module: ModuleType = os) -> None:
    """Let each call `name` of the module fail."""

    def failing(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    patch.setattr(module, name, failing)


def fail_once(patch: pytest.MonkeyPatch, name: str, error: BaseException, *, short: int | None = None) -> None:
    """Let the next call of `os.name` fail, of `os.write` after `short` bytes were written."""
    real = getattr(os, name)
    calls = []

    def failing(*arguments: Any, **options: Any) -> Any:
        calls.append(arguments)
        if short and len(calls) == 1:
            return real(arguments[0], bytes(arguments[1])[:short])
        if len(calls) == 1 + bool(short):
            raise error
        return real(*arguments, **options)

    patch.setattr(os, name, failing)


def note(patch: pytest.MonkeyPatch, notes: list[Any], **calls: Callable[..., Any]) -> None:
    """Let each call of `os.name` note what the function given for it says."""
    for name, say in calls.items():
        patch.setattr(os, name, _noted(getattr(os, name), notes, say))


def _noted(real: Callable[..., Any], notes: list[Any], say: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        notes.append(say(*arguments))
        return real(*arguments)

    return call


def record(patch: pytest.MonkeyPatch, *names: str) -> list[str]:
    """The names of the calls that are made from now on, in order."""
    made: list[str] = []

    def recording(name: str, real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **options: object) -> object:
            made.append(name)
            return real(*arguments, **options)

        return call

    for name in names:
        patch.setattr(os, name, recording(name, getattr(os, name)))
    return made
