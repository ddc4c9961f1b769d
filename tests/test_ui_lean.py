from __future__ import annotations

import subprocess
import sys
from textwrap import dedent

SPARED = (
    *("platform", "fnmatch", "ntpath", "urllib.parse", "gettext", "locale"),
    *("typing_extensions", "textwrap", "msgspec.inspect", "msgspec._json_schema"),
)


def printed(program: str) -> list[str]:
    """The lines that `program` prints, in a process in which nothing was imported before."""
    command = [sys.executable, "-c", dedent(program)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()


def test_spares_what_the_modules_import_and_nobody_needs() -> None:
    program = """
        import sys
        from ui.lean import import_lean

        import_lean()
        print(*sys.modules, sep="\\n")
    """
    imported = printed(program)
    assert {"uuid", "pathlib", "argparse", "msgspec"}.issubset(imported)
    assert set(SPARED).intersection(imported) == set()


def test_whoever_needs_it_after_all_gets_the_real_thing() -> None:
    program = """
        from ui.lean import import_lean

        import_lean()

        import argparse, msgspec, pathlib, sys, typing

        windows = pathlib.PureWindowsPath("C:/a")
        print(pathlib.Path("/a b").as_uri(), windows.as_uri(), pathlib.PurePath("a").match("[a]"))
        print(msgspec.json.schema(int), msgspec.inspect.type_info(str), msgspec.yaml.__name__)
        print(argparse.ngettext("one", "more", 1), argparse.ngettext("one", "more", 2), typing.ForwardRef("int"))

        import gettext, platform, urllib.parse

        print(platform.python_version() == sys.version.split()[0], gettext.NullTranslations.__name__)
        print(urllib.parse.quote("ä"), msgspec.inspect is sys.modules["msgspec.inspect"])
    """
    assert printed(program) == [
        "file:///a%20b file:///C:/a True",
        "{'type': 'integer'} StrType(min_length=None, max_length=None, pattern=None) msgspec.yaml",
        "one more ForwardRef('int')",
        "True NullTranslations",
        "%C3%A4 True",
    ]


def test_what_is_imported_already_stays() -> None:
    program = """
        import gettext, platform
        from ui.lean import import_lean

        import_lean()

        import argparse, sys, uuid

        print(sys.modules["platform"] is platform, argparse._ is gettext.gettext)
    """
    assert printed(program) == ["True True"]
