"""The command line: `main` carries out what the arguments say and turns what happened into an exit code.

Imports stand in the functions, so that Ctrl-C is quiet from the first moment on.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ui import exit_codes

if TYPE_CHECKING:
    from core.errors import TodurableError

_LAST_STANDARD_STREAM = 2
_GARBAGE = 50_000
"""Objects that may be in cycles: most commands make fewer, and end before it pays to look for those that are."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out `arguments` (those of this process where None, which is to end then) and return the exit code.

    Raises nothing that a user can cause: that is told on stderr.
    """
    if arguments is not None:
        return _main(arguments)
    gc.set_threshold(_GARBAGE)
    try:
        return _main(sys.argv[1:])
    finally:
        _give_up_what_cannot_be_written()
        # Else Python looks for cycles once more as it ends. In those nothing waits for that: files are written by `os`,
        # and the answer has been flushed.
        gc.freeze()


def _main(arguments: Sequence[str]) -> int:
    try:
        _occupy_standard_streams()
        from ui.lean import import_lean

        import_lean()
        return _run(arguments)
    except BrokenPipeError:  # who reads the answer has seen enough of it: `todurable list | head -3`
        return exit_codes.DONE
    except KeyboardInterrupt:
        return exit_codes.INTERRUPTED


def _give_up_what_cannot_be_written() -> None:
    """Let a stream lead nowhere that has something left: that has been told, or nobody is there any more. Else Python
    tries it once more as it ends, and tells that it failed in words and an exit code of its own.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        try:
            if stream is not None and not stream.closed:
                stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
            setattr(sys, name, None)


def _occupy_standard_streams() -> None:
    """Where one of them was closed, a file of the list would get its number, and stray output would go there."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _LAST_STANDARD_STREAM:
        pass
    os.close(descriptor)


def _run(arguments: Sequence[str]) -> int:
    from core.errors import TodurableError
    from ui.output import Output

    try:
        return _carry_out(arguments)
    except TodurableError as error:
        if "--debug" in arguments:
            sys.excepthook(type(error), error, error.__traceback__)
        out = Output(json="--json" in arguments)
        out.error(error, **getattr(error, "fields", {}))
        out.remark(getattr(error, "lines", ()))
        return _exit_code(error)


def _carry_out(arguments: Sequence[str]) -> int:
    from importlib import import_module

    from ui.arguments import parse
    from ui.output import Output

    try:
        options = parse(arguments)
    except SystemExit:  # the help or the version was asked for, and printed
        Output().flush()
        return exit_codes.DONE
    out = Output(json=options.json, quiet=options.quiet, no_color=options.no_color)
    code: int = import_module(f"ui.verbs.{options.module}").run(options, out)
    return code


def _exit_code(error: TodurableError) -> int:
    from core.errors import FileLockTimeoutError, FileSafetyError
    from core.paths import NoCurrentDirectoryError, NoHomeError
    from ui.arguments import UsageError
    from ui.output import OutputError

    match error:
        case UsageError():
            return exit_codes.USAGE
        case FileLockTimeoutError():
            return exit_codes.LOCKED
        case FileSafetyError() | NoHomeError() | NoCurrentDirectoryError() | OutputError():
            return exit_codes.STORE
    return exit_codes.REFUSED


if __name__ == "__main__":
    sys.exit(main())
