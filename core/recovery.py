"""What a recovery found and did, as a value that screens, the command line and `doctor` all show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from msgspec import Struct


class Attempt(Struct, frozen=True):
    """A file that could not be used, and why, in a few words."""

    path: Path
    problem: str


class RecoveryReport(Struct, frozen=True):
    """How the content of `path` was got back, or that it could not be.

    `used` is the file that served as the base (None: none did). `replayed` counts the changes of the journal that
    were done again on it. `lost` says, a sentence each, what could not be read; empty means that nothing is missing.
    `kept` are the files that hold the damaged bytes.
    """

    path: Path
    used: Path | None
    refused: tuple[Attempt, ...] = ()
    replayed: int = 0
    lost: tuple[str, ...] = ()
    kept: tuple[Path, ...] = ()

    @property
    def source(self) -> str:
        """The name of the file used; empty where there was none."""
        return self.used.name if self.used else ""

    def sentences(self) -> list[str]:
        """The report for people: what was damaged, what was used, what is missing, where the bytes are."""
        told = [f"{attempt.path.name} could not be used: {attempt.problem}." for attempt in self.refused]
        if self.used:
            again = f" and {_changes(self.replayed)} done again" if self.replayed else ""
            told.append(f"The content was recovered from {self.source}{again}.")
        told += self.lost or (["Nothing is missing."] if self.used and self.refused else [])
        if self.kept:
            told.append(f"The damaged bytes are kept in {', '.join(path.name for path in self.kept)}.")
        return told

    def __str__(self) -> str:
        return " ".join(self.sentences())

    def to_json(self) -> dict[str, Any]:
        """The report for programs."""
        return {
            "file": str(self.path),
            "used": str(self.used) if self.used else None,
            "refused": [{"file": str(attempt.path), "problem": attempt.problem} for attempt in self.refused],
            "replayed": self.replayed,
            "lost": list(self.lost),
            "kept": [str(path) for path in self.kept],
        }


def _changes(count: int) -> str:
    return f"{count} change{'s' * (count != 1)}"
