"""Four questions for somebody who is here for the first time: each has a good answer already, all can be skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from core.display import literal
from core.profile_rules import RULES, ProfileError
from ui.theme import DARK, LIGHT

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType


class Question(NamedTuple):
    """What is asked about the setting `field`; without `answers`, a text. The first answer is the usual one."""

    field: str
    words: str
    answers: tuple[tuple[str, Any], ...] = ()


QUESTIONS = (
    Question(
        "theme",
        "Which colours do you like?",
        (
            ("dark", DARK.name),
            ("light", LIGHT.name),
            ("nord", "nord"),
            ("gruvbox", "gruvbox"),
            ("those of the terminal", "ansi-dark"),
        ),
    ),
    Question("week_start", "Which day does your week begin with?", (("Monday", 0), ("Sunday", 6), ("Saturday", 5))),
    Question(
        "date_style",
        "How do you write dates?",
        (
            ("today, fri 27 Nov", "words"),
            ("2026-11-27", "iso"),
            ("27.11.2026", "day-month"),
            ("11/27/2026", "month-day"),
        ),
    ),
    Question("second_place", "A folder on another disk for one backup a day? Leave it empty for none."),
)


_KEYS = "enter takes it   esc skips the rest; all of it is in the settings, under ,"


class WelcomeScreen(ModalScreen[dict[str, Any]]):
    """Answers with the settings that were chosen; those behind an esc are left as they are."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "skip", "Skip"), ("j", "down", "Down"), ("k", "up", "Up")]
    DEFAULT_CSS = """
    WelcomeScreen {
        align: center middle;
        & > Vertical {
            width: 60;
            max-width: 100%;
            height: auto;
            max-height: 100%;
            padding: 1 2;
            background: $surface;
            border: round $primary;
            border-title-color: $text;
        }
        Static { height: auto; }
        #welcome-question { text-style: bold; padding: 0 0 1 0; }
        #welcome-keys { color: $text-muted; padding: 1 0 0 0; }
        OptionList { height: auto; background: $surface; padding: 0; &, &:focus { border: none; } }
        Input { height: 1; background: $boost; padding: 0 1; display: none; &, &:focus { border: none; } }
        Input.-asked { display: block; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._given: dict[str, Any] = {}
        self._question = Static(markup=False, id="welcome-question")
        self._answers = OptionList(markup=False)
        self._text = Input(placeholder="/media/stick")
        self._keys = Static(markup=False, id="welcome-keys")

    def compose(self) -> ComposeResult:
        box = Vertical(self._question, self._answers, self._text, self._keys)
        box.border_title = "Welcome to todurable"
        yield box

    def on_mount(self) -> None:
        self._ask()

    @property
    def _asked(self) -> Question:
        return QUESTIONS[len(self._given)]

    def _ask(self) -> None:
        question = self._asked
        self._question.update(f"{len(self._given) + 1} of {len(QUESTIONS)}  {question.words}")
        self._keys.update(_KEYS)
        self._answers.display = bool(question.answers)
        self._text.set_class(not question.answers, "-asked")
        self._answers.clear_options()
        self._answers.add_options([Option(Content(words)) for words, _value in question.answers])
        if question.answers:
            self._answers.highlighted = 0
            self._answers.focus()
        else:
            self._text.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self._take(self._asked.answers[event.option_index][1])

    def on_input_changed(self) -> None:
        self._keys.update(_KEYS)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        field, value = self._asked.field, event.value.strip()
        try:
            RULES[field](field, value)
        except ProfileError as error:
            self._keys.update(literal(str(error)))
        else:
            self._take(value)

    def _take(self, value: Any) -> None:
        self._given[self._asked.field] = value
        if len(self._given) == len(QUESTIONS):
            _ = self.dismiss(self._given)
        else:
            self._ask()

    def action_skip(self) -> None:
        _ = self.dismiss(self._given)

    def action_down(self) -> None:
        self._answers.action_cursor_down()

    def action_up(self) -> None:
        self._answers.action_cursor_up()
