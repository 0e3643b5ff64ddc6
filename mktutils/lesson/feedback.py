"""The box that a check shows: HTML in a notebook, the same words as plain text elsewhere."""

import html
import os
import re
import sys
import sysconfig
import traceback
from dataclasses import dataclass
from pathlib import Path

# Border colours of the Okabe-Ito palette, seen on light and dark themes; the text keeps the theme's colour.
_LOOK = {
    "not attempted": ("○", "Not attempted", "#999999"),
    "not yet": ("✗", "Not yet", "#D55E00"),
    "error": ("!", "Error in your code", "#CC79A7"),
    "correct": ("✓", "Correct", "#009E73"),
    "hint": ("?", "Hint", "#56B4E9"),
    "solution": ("→", "Solution", "#56B4E9"),
}


@dataclass(frozen=True)
class Box:
    """What to show: the kind, the exercise's name, paragraphs, and lines of code between them."""

    kind: str
    exercise: str
    text: str
    code: str = ""
    after: str = ""
    suffix: str = ""

    @property
    def heading(self) -> str:
        """Symbol and word of the outcome."""
        symbol, word, _ = _LOOK[self.kind]
        return f"{symbol} {word}{self.suffix}"

    def plain(self) -> str:
        """Return the box as text."""
        code = "\n".join(f"    {line}" for line in self.code.splitlines())
        parts = [f"{self.heading} · {self.exercise}", self.text, code, self.after]
        return "\n".join(part for part in parts if part)

    def html(self) -> str:
        """Return the box as HTML; everything that a learner wrote is escaped."""
        colour = _LOOK[self.kind][2]
        parts = [f"<div><b>{html.escape(self.heading)}</b> · {html.escape(self.exercise)}</div>"]
        if self.text:
            parts.append(f'<div style="margin-top: 4px">{_inline(self.text)}</div>')
        if self.code:
            parts.append(
                '<pre style="margin: 6px 0 0 0; padding: 4px 8px; background: transparent; color: inherit">'
                f"{html.escape(self.code)}</pre>"
            )
        if self.after:
            parts.append(f'<div style="margin-top: 4px">{_inline(self.after)}</div>')
        style = f"border-left: 6px solid {colour}; padding: 6px 12px; margin: 4px 0; color: inherit"
        return f'<div role="status" style="{style}">' + "".join(parts) + "</div>"


def _inline(text: str) -> str:
    """Escape text; `code` between backticks becomes a code element, *words* between stars are emphasised."""
    escaped = html.escape(text, quote=False).replace("\n", "<br>")
    parts = re.split(r"`([^`]+)`", escaped)  # every second part is code
    parts[::2] = [re.sub(r"(?<!\w)\*(\w[^*\n]*)\*(?!\w)", r"<em>\1</em>", part) for part in parts[::2]]
    parts[1::2] = [f"<code>{part}</code>" for part in parts[1::2]]
    return "".join(parts)


def show(box: Box) -> None:
    """Display a box: both forms in IPython, which chooses, and plain text elsewhere."""
    ipython = sys.modules.get("IPython")
    if ipython is not None and ipython.get_ipython() is not None:
        from IPython.display import display

        display({"text/html": box.html(), "text/plain": box.plain()}, raw=True)
    else:
        print(box.plain())


def _not_learners() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    folders = {paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")}
    package = Path(__file__).resolve().parent.parent
    return (*(str(Path(folder)) + os.sep for folder in (*folders, package)), "<frozen")


def learners_line(error: BaseException) -> tuple[int, str] | None:
    """Return number and text of the last line in the learner's own code that the exception passed through.

    None when it passed through no such line: the check failed while reading the answer.
    """
    if isinstance(error, SyntaxError) and error.text and error.lineno:
        return error.lineno, error.text.strip()
    outside = _not_learners()
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not f.filename.startswith(outside)]
    return (frames[-1].lineno or 0, frames[-1].line or "") if frames else None


_ADVICE = {
    "KeyError": "No column or key has this name: compare it with `df.columns`, letter by letter.",
    "NameError": "This name does not exist: is it spelt as above, and have you run the cells above?",
    "AttributeError": "The object has no such attribute or method: look at `type(...)` of the object.",
    "TypeError": "An operation or a function got a kind of value that it cannot use.",
    "ZeroDivisionError": "Something is divided by zero: look at the number of rows that you divide by.",
    "IndexError": "This position lies beyond the end: the first one is 0, the last one `len(...) - 1`.",
    "RecursionError": "The function calls itself without end.",
}


def describe(error: BaseException) -> tuple[str, str, str]:
    """Return an exception as (type and message, the learner's line, advice); no addresses, no stack."""
    message = re.sub(r"0x[0-9a-fA-F]{4,}", "0x…", str(error).strip())
    if len(message) > 400:
        message = message[:400].rstrip() + " …"
    name = type(error).__name__
    line = learners_line(error)
    if line is None:
        code = ""
        advice = (
            "This happened while the check read your answer: it has a form that the check did not expect."
        )
    else:
        code = f"line {line[0]}: {line[1]}" if line[1] else f"line {line[0]}"
        advice = next((_ADVICE[k.__name__] for k in type(error).__mro__ if k.__name__ in _ADVICE), "")
    return (f"{name}: {message}" if message else name), code, advice
