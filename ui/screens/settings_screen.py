"""All settings, each checked while it is typed and saved by enter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from msgspec.structs import asdict
from textual import work
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from core.display import literal
from core.errors import TodurableError
from core.profile import Profile, ProfileStore
from core.profile_rules import NAMED, RULES, ProfileError
from ui.setting_meaning import as_meant, check_meaning, doubt
from ui.told_settings import ABOUT, shown_setting

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

_NEW = "new"
_HINT = "enter and tab save   esc leaves"
_LATER = frozenset(
    {"file", "start_view", "keys", "backup_count", "lock_timeout", "second_place", "ascii", "animation"}
    | {"keep_last", "keep_hourly", "keep_daily", "keep_monthly"}
)
"""What the app takes note of when it starts."""
_MEND = "Mend it with: todurable profile edit"


class SettingsScreen(ModalScreen[None]):
    """Shows what the store holds that `store` gives, in a thread; `saved` is told whenever something was saved."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "leave", "Leave"),
        ("down", "app.focus_next", "Next"),
        ("up", "app.focus_previous", "Previous"),
    ]
    DEFAULT_CSS = """
    SettingsScreen {
        align: center middle;
        & > Vertical {
            width: 96;
            max-width: 100%;
            height: 30;
            max-height: 100%;
            padding: 0 1;
            background: $surface;
            border: round $primary;
            border-title-color: $text;
        }
        Horizontal { height: 1; }
        Label { width: 18; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis; }
        Input {
            height: 1;
            width: 1fr;
            padding: 0 1;
            background: $boost;
            &, &:focus { border: none; }
            &:focus { background: $primary 30%; }
            &.-bad { color: $text-error; }
        }
        VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }
        #settings-about { height: 2; color: $text-muted; }
        #settings-message { height: auto; min-height: 1; max-height: 3; color: $text-muted; }
        #settings-message.-bad { color: $text-error; }
    }
    """

    def __init__(self, store: Callable[[], ProfileStore], saved: Callable[[Profile], None]) -> None:
        super().__init__()
        self._store, self._saved = store, saved
        self._fields: dict[str, str] = {}
        self._profile = Profile()
        self._rows = VerticalScroll()
        self._about = Static(markup=False, id="settings-about")
        self._message = Static(_HINT, markup=False, id="settings-message")

    def compose(self) -> ComposeResult:
        box = Vertical(self._rows, self._about, self._message)
        box.border_title = "Settings"
        yield box

    def on_mount(self) -> None:
        self._load()

    @work(thread=True, exit_on_error=False)
    def _load(self) -> None:
        try:
            profile, problems = self._store().load_usable()
        except TodurableError as error:
            self.app.call_from_thread(self._say, f"{error} {_MEND}", bad=True)
            return
        self.app.call_from_thread(self._shown, profile)
        if problems:
            self.app.call_from_thread(self._say, f"{problems[0]} {_MEND}", bad=True)

    def _shown(self, profile: Profile) -> None:
        self._profile = profile
        self._fields = dict(_fields(profile))
        self.run_worker(self._show_fields(), exclusive=True, group="show")

    async def _show_fields(self) -> None:
        await self._rows.remove_children()
        rows = [_row(name, value, index) for index, (name, value) in enumerate(self._fields.items())]
        await self._rows.mount_all([*rows, _row(_NEW, "", len(rows))])
        self.query(Input).first().focus()

    def on_descendant_focus(self) -> None:
        name = self._focused_field()
        self._about.update(ABOUT.get(name.partition(".")[0], ""))

    def on_input_changed(self, event: Input.Changed) -> None:
        name, value = self._given(event.input)
        problem = self._problem(name, value)
        was_bad = event.input.has_class("-bad")
        event.input.set_class(bool(problem), "-bad")
        if problem or was_bad or self._is_changed(event.input):  # else it is only shown
            self._say(problem or _HINT, bad=bool(problem))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if self._given(event.input)[0] == _NEW:
            self._say("Write it as filters.home = #home, lists.work = ~/work.json or keys.task.done = x", bad=True)
        else:
            self._take(event.input)

    def on_input_blurred(self, event: Input.Blurred) -> None:
        """Whoever goes on to the next line means what stands in this one."""
        if self._is_changed(event.input) and self._given(event.input)[0] != _NEW:
            self._take(event.input)

    def action_leave(self) -> None:
        """Put the line back that was changed and not saved; leave where there is none."""
        line = self.focused
        if isinstance(line, Input) and self._is_changed(line):
            self._put(line, line.name or "")
            self._say("It is as it was. esc leaves.")
        else:
            _ = self.dismiss()

    def _put(self, line: Input, name: str) -> None:
        """Show in `line` what is saved."""
        with line.prevent(Input.Changed):
            line.value = literal(self._fields.get(name, ""))
        line.remove_class("-bad")

    def _is_changed(self, line: Input) -> bool:
        return line.value.strip() != literal(self._fields.get(line.name or "", ""))

    def _take(self, line: Input) -> None:
        name, value = self._given(line)
        if not self._problem(name, value):
            self._save(name, as_meant(name, value) if value or name.partition(".")[0] not in NAMED else None)

    @work(thread=True, group="save", exit_on_error=False)
    def _save(self, name: str, value: Any) -> None:
        try:
            profile = self._store().change({name: value})
        except TodurableError as error:
            self.app.call_from_thread(self._say, str(error), bad=True)
            return
        self.app.call_from_thread(self._told, name, value, profile, doubt(name, value))

    def _told(self, name: str, value: Any, profile: Profile, warning: str) -> None:
        self._saved(profile)
        before, self._fields = self._fields, dict(_fields(profile))
        self._profile = profile
        if before.keys() != self._fields.keys():
            self._shown(profile)
        for line in self.query(Input):
            if line.name == name and as_meant(name, line.value.strip()) == value:  # else more was typed meanwhile
                self._put(line, name)
        later = " It holds from the next start on." if name.partition(".")[0] in _LATER else ""
        self._say(f"Saved: {name}.{later} {warning}".rstrip(), bad=bool(warning))

    def _problem(self, name: str, value: str) -> str:
        """Why `value` cannot be the setting; empty where it can."""
        return "" if name == _NEW else _problem(name, value, self._profile)

    def _given(self, line: Input) -> tuple[str, str]:
        """The setting that `line` is for, and what is written there; in the last line both are written."""
        name = line.name or ""
        if name == _NEW and "=" in line.value:
            written, _, value = line.value.partition("=")
            whole, dot, entry = written.strip().partition(".")
            if dot and entry and whole in NAMED:
                return written.strip(), value.strip()
        return name, line.value.strip()

    def _focused_field(self) -> str:
        return (self.focused.name or "") if isinstance(self.focused, Input) else ""

    def _say(self, sentence: str, *, bad: bool = False) -> None:
        self._message.set_class(bad, "-bad")
        self._message.update(literal(sentence))


def _row(name: str, value: str, index: int) -> Horizontal:
    hint = "filters.NAME = QUERY, lists.NAME = PATH, keys.COMMAND = KEYS" if name == _NEW else ""
    label = Label("add" if name == _NEW else literal(name), markup=False)
    return Horizontal(label, Input(literal(value), name=name, placeholder=hint, id=f"setting-{index}"))


def _fields(profile: Profile) -> Iterator[tuple[str, str]]:
    for name, value in asdict(profile).items():
        if name in NAMED:
            for entry, own in value.items():
                yield f"{name}.{entry}", shown_setting(name, own)
        else:
            yield name, shown_setting(name, value)


def _problem(name: str, text: str, profile: Profile) -> str:
    """Why `text` cannot be the setting; empty where it can. An entry that is left empty is taken away."""
    whole, _, entry = name.partition(".")
    if entry and not text:
        return ""
    value = as_meant(name, text)
    try:
        RULES[whole](whole, {entry: value} if entry else value)
        check_meaning(name, value, profile)
    except ProfileError as error:
        return str(error)
    return ""
