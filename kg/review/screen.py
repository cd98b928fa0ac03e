"""The desk at a terminal: what waits on one side, the sentence and what was read in it on the other, a key a decision.

All texts are shown as they are: nothing in a name or a sentence is taken for markup or steers the terminal.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from kg.errors import KgError
from kg.review.desk import Desk
from kg.review.items import Item

_MARKS = {"accept": "+", "same": "+", "reject": "-", "distinct": "-", "correct": "~", "keep": "~", "": " "}
_HELP = """a  accept: it is so; of a merge: they are one
r  reject: it is not so; of a merge: they are distinct
c  correct: NAME=VALUE; NAME=VALUE
   of a claim: subject, property, object, status, from, until, a qualifier
   of a new name: class, label, same_as
   of a conflict: keep=FACT
u  undo the decision on this item
s  skip to the next
/  filter the list by words; nothing shows all
q  quit

Decisions are written at once; 'kg build' applies them."""
_EMPTY = "Nothing waits here."


class Asked(ModalScreen[str | None]):
    """A line to type, under a question; Escape gives nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "leave", "Cancel")]

    def __init__(self, question: str) -> None:
        super().__init__()
        self.question = question

    def compose(self) -> ComposeResult:
        """The question and the line."""
        yield Static(Content(self.question), id="question")
        yield Input(id="line")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The line is typed."""
        self.dismiss(event.value)

    def action_leave(self) -> None:
        """Nothing is typed."""
        self.dismiss(None)


class Told(ModalScreen[None]):
    """A text to read; any key closes it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def compose(self) -> ComposeResult:
        """The text."""
        yield Static(Content(self.text), id="told")

    def on_key(self) -> None:
        """Read."""
        self.dismiss(None)


class Review(App[None]):
    """The application: ``desk`` gives what waits, and takes the decisions."""

    CSS = """
    #items { width: 2fr; border-right: solid $primary; }
    #item { width: 3fr; padding: 0 1; }
    #question, #told { background: $panel; padding: 1 2; width: 100%; }
    Asked, Told { align: center middle; }
    """
    TITLE = "kg review"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "decide('accept')", "accept"),
        Binding("r", "decide('reject')", "reject"),
        Binding("c", "correct", "correct"),
        Binding("u", "undo", "undo"),
        Binding("s", "skip", "skip"),
        Binding("slash", "filter", "filter"),
        Binding("question_mark", "help", "help"),
        Binding("q", "quit", "quit"),
    ]

    def __init__(self, desk: Desk, kind: str = "", about: str = "", document: str = "", by: str = "") -> None:
        super().__init__()
        self.desk, self.by = desk, by
        self.every = desk.items(kind, about, document)
        self.shown = list(self.every)
        self.words: dict[str, str] = {}
        """What was decided here, by the item's id."""

    def compose(self) -> ComposeResult:
        """The list beside the item, the keys below."""
        with Horizontal():
            yield OptionList(id="items", markup=False)
            with VerticalScroll(id="item", can_focus=False):
                yield Static(id="what", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        """Show the first item."""
        self._list()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show the item that the bar is on."""
        self._show(self.shown[event.option_index])

    def action_decide(self, word: str) -> None:
        """Accept or reject the item."""
        decide = self.desk.accept if word == "accept" else self.desk.reject
        self._decide(word, lambda item: decide(item, by=self.by))

    def action_correct(self) -> None:
        """Ask for what is so instead, and write it."""

        def typed(line: str | None) -> None:
            if line and line.strip():
                self._decide("correct", lambda item: self._corrected(item, line))

        if self._current():
            self.push_screen(Asked("Correct to (NAME=VALUE; NAME=VALUE):"), typed)

    def action_undo(self) -> None:
        """Take the decision on the item back."""
        item = self._current()
        if item and (item.id in self.words or item.kind == "reopened"):
            self._try(item, "", lambda: self.desk.undo(item.id)[1])

    def action_skip(self) -> None:
        """Go on to the next item."""
        self.query_one(OptionList).action_cursor_down()

    def action_filter(self) -> None:
        """Ask for words, and show the items that have them all."""

        def typed(line: str | None) -> None:
            if line is not None:
                wanted = line.casefold().split()
                self.shown = [i for i in self.every if all(w in _searched(i) for w in wanted)]
                self._list()

        self.push_screen(Asked("Show only what has these words:"), typed)

    def action_help(self) -> None:
        """Show the keys."""
        self.push_screen(Told(_HELP))

    def _corrected(self, item: Item, line: str) -> Path:
        pairs = [(name.strip(), value.strip()) for name, _, value in (p.partition("=") for p in line.split(";"))]
        if item.kind == "conflicts" and pairs[0][0] == "keep":
            return self.desk.keep(item, pairs[0][1], by=self.by)
        return self.desk.correct(item, pairs, by=self.by)

    def _current(self) -> Item | None:
        at = self.query_one(OptionList).highlighted
        return self.shown[at] if at is not None and at < len(self.shown) else None

    def _decide(self, word: str, put: Callable[[Item], Path]) -> None:
        item = self._current()
        if item is None:
            return
        if item.kind == "reopened":
            self._say("decide on what is read now, or take this decision back with u", wrong=True)
        elif self._try(item, word, lambda: put(item)):
            self.action_skip()

    def _try(self, item: Item, word: str, put: Callable[[], Path]) -> bool:
        """Write a decision, and mark the item; a fault is told and changes nothing."""
        try:
            path = put()
        except (KgError, OSError) as error:
            self._say(str(error), wrong=True)
            return False
        self.words[item.id] = word
        if not word:
            del self.words[item.id]
        at = self.shown.index(item)
        self.query_one(OptionList).replace_option_prompt_at_index(at, self._line(item))
        self._show(item)
        self._say(f"{word or 'taken back'}: {path}")
        return True

    def _say(self, text: str, wrong: bool = False) -> None:
        self.notify(text, severity="error" if wrong else "information", markup=False)

    def _list(self) -> None:
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options([Option(self._line(i)) for i in self.shown])
        if self.shown:
            listed.highlighted = 0
        else:
            self.query_one("#what", Static).update(Content(_EMPTY))
        listed.focus()

    def _line(self, item: Item) -> Content:
        return Content(f"{_MARKS[self.words.get(item.id, '')]} {item.doubt:3} {_plain(item.title)}")

    def _show(self, item: Item) -> None:
        before, quote, after = self.desk.sentence(item)
        parts = [
            Content(f"{item.kind} {item.id}\n").stylize("dim"),
            Content(f"{_plain(item.title)}\n\n").stylize("bold"),
        ]
        if quote:
            parts += [
                Content(_plain(before)),
                Content(_plain(quote)).stylize("reverse"),
                Content(_plain(after) + "\n\n"),
            ]
        parts += [Content(f"{_plain(name)}: {_plain(value)}\n") for name, value in item.details]
        parts.append(Content(f"\nwhy it waits: {_plain(', '.join(item.reasons))}\n"))
        if item.id in self.words:
            parts.append(Content(f"decided: {self.words[item.id]}\n").stylize("bold"))
        self.query_one("#what", Static).update(Content("").join(parts))


def run(desk: Desk, kind: str = "", about: str = "", document: str = "", by: str = "") -> None:
    """Review at the terminal until the curator leaves."""
    Review(desk, kind, about, document, by).run()


def _plain(text: str) -> str:
    """A text without the signs that would steer a terminal; the spaces at its ends stay, for it may go on."""
    return "".join(c if c.isprintable() else " " for c in text)


def _searched(item: Item) -> str:
    return " ".join((item.id, item.kind, item.title, *item.reasons, *(v for _, v in item.details))).casefold()
