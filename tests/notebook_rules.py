"""The rules that every stored notebook keeps. Each takes a Book and returns its faults, in words.

`tests/test_notebook_rules.py` shows each rule failing; CONTRIBUTING.md explains them to authors.
"""

import ast
import re
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import nbformat

SECTIONS = (
    "The decision",
    "What the articles say",
    "By hand",
    "Baseline, model, ceiling",
    "What it is worth",
    "Break it",
    "Exercises",
    "Starter",
    "Take-aways",
    "Decision memo",
    "Glossary",
    "Further reading",
)
IGNORED = "nbval-ignore-output"
MAX_BYTES = 1_500_000
STARTER_MODULES = {"pandas", "numpy", "sklearn", "keras"}
# The starters that do not read a CSV with a label.
STARTER_CONSTANTS = {"05": ("FOLDER",), "06": ("CSV_PATH", "TARGET_EVENT")}


@dataclass
class Book:
    """A notebook as stored: its path and its cells."""

    path: Path
    node: nbformat.NotebookNode

    @classmethod
    def read(cls, path: Path) -> "Book":
        return cls(path, nbformat.read(path, as_version=4))

    @property
    def cells(self):
        """(number counted from 1, cell) of each cell."""
        return list(enumerate(self.node.cells, start=1))

    @property
    def code(self):
        return [(i, c) for i, c in self.cells if c.cell_type == "code"]

    @property
    def markdown(self):
        return [(i, c) for i, c in self.cells if c.cell_type == "markdown"]

    @property
    def number(self) -> str:
        return self.path.name[:2]

    @property
    def real_data(self) -> bool:
        return self.path.parent.name == "real_data"

    @property
    def full(self) -> bool:
        """Whether the whole skeleton applies: the numbered lessons from 01."""
        return not self.real_data and self.number != "00"


def tags(cell) -> list[str]:
    return cell.metadata.get("tags", [])


def texts(output) -> list[str]:
    """The texts of one output, as nbval compares them and as readers see them."""
    if output.output_type == "stream":
        return [output.text]
    return [v for k, v in output.get("data", {}).items() if k.startswith("text/") and isinstance(v, str)]


def without_code(source: str) -> str:
    """Markdown without code blocks, code spans and formulas."""
    source = re.sub(r"^ {0,3}(```+|~~~+).*?(^ {0,3}\1[ \t]*$|\Z)", "", source, flags=re.M | re.S)
    source = re.sub(r"(`+)[^`].*?\1", "CODE", source)
    source = re.sub(r"\$\$.*?\$\$", "FORMULA", source, flags=re.S)
    return re.sub(r"(?<![\\$\w])\$(?!\s)[^$\n]+?(?<![\s\\])\$(?!\d)", "FORMULA", source)


def without_quotes(source: str) -> str:
    """Markdown without the lines that quote (`>`)."""
    return re.sub(r"^\s*>.*$", "", source, flags=re.M)


def headings(book: Book) -> list[tuple[int, int, str]]:
    """(cell number, level, text) of every heading."""
    return [
        (i, len(m[1]), m[2].strip())
        for i, cell in book.markdown
        for m in re.finditer(r"^(#{1,6})\s+(.+)$", without_code(cell.source), re.M)
    ]


# Stored state ---------------------------------------------------------------------------------------------


def file_is_small_and_clean(book: Book) -> list[str]:
    faults = []
    size = book.path.stat().st_size
    if size >= MAX_BYTES:
        faults.append(f"the file has {size:,} bytes; the limit is {MAX_BYTES:,}")
    if book.node.metadata.get("kernelspec", {}).get("name") != "python3":
        faults.append("the kernelspec must be python3")
    if "widgets" in book.node.metadata:
        faults.append("the notebook stores the state of widgets")
    if not isinstance(book.node.metadata.get("mktutils", {}).get("budget_s"), int | float):
        faults.append('the metadata need {"mktutils": {"budget_s": seconds}}')
    return faults


def cells_are_executed_in_order(book: Book) -> list[str]:
    faults = []
    for expected, (i, cell) in enumerate(book.code, start=1):
        if cell.execution_count != expected:
            faults.append(f"cell {i}: execution count {cell.execution_count}, expected {expected}")
        if cell.source.rstrip().endswith(";"):
            faults.append(f"cell {i}: ends with `;`, which nbval does not obey; assign the result")
    return faults


def outputs_are_comparable(book: Book) -> list[str]:
    faults = []
    for i, cell in book.code:
        for output in cell.outputs:
            if output.output_type == "stream" and output.name == "stderr":
                faults.append(f"cell {i}: stderr is stored: {output.text[:80]!r}")
            if output.output_type == "error" and "raises-exception" not in tags(cell):
                faults.append(f"cell {i}: stores an error: {output.ename}: {output.evalue[:80]}")
            if any("svg" in kind or "widget" in kind for kind in output.get("data", {})):
                faults.append(f"cell {i}: stores an SVG or a widget")
            for text in texts(output):
                if "<svg" in text:
                    faults.append(f"cell {i}: stores an SVG")
                if found := re.search(r"\b0x[0-9a-fA-F]{6,}", text):
                    faults.append(f"cell {i}: shows an object address: {found[0]}")
                if found := re.search(r"(/home/|/root/|/Users/|/tmp/|[A-Z]:\\Users\\)\S*", text):
                    faults.append(f"cell {i}: shows a path of one machine: {found[0]}")
    return faults


def package_is_imported_first(book: Book) -> list[str]:
    """The package sets TensorFlow's log level and kernels, which only counts before keras is imported."""
    i, first = book.code[0]
    line = first.source.split("\n")[0]
    ok = line.startswith(("import mktutils", "from mktutils"))
    return [] if ok else [f"cell {i}: the first line must import from mktutils; it is {line!r}"]


def ignored_cells_are_few_and_reasoned(book: Book) -> list[str]:
    faults, code = [], book.code
    ignored = [n for n, (_, cell) in enumerate(code) if IGNORED in tags(cell)]
    if 10 * len(ignored) > len(code):
        faults.append(f"{len(ignored)} of {len(code)} code cells are ignored; at most one in ten may be")
    for n in ignored:
        i, cell = code[n]
        if len(str(cell.metadata.get("mktutils", {}).get("ignore_reason", ""))) < 10:
            faults.append(f'cell {i}: ignored without metadata {{"mktutils": {{"ignore_reason": "…"}}}}')
        following = code[n + 1][1].source if n + 1 < len(code) else ""
        if re.search(r"fit\w*\(|train\w*\(", cell.source) and "band(" not in following:
            faults.append(f"cell {i}: trains and is ignored, and the next code cell has no band(…)")
    for i, cell in code:
        if "nbval-skip" in tags(cell) or re.search(r"#\s*(NBVAL|PYTEST_VALIDATE)_", cell.source):
            faults.append(f"cell {i}: nbval-skip and nbval comments are not allowed; use the tag {IGNORED}")
    return faults


# Numbers and words ----------------------------------------------------------------------------------------


def prose_is_checked_last(book: Book) -> list[str]:
    call = f'prose("{book.path.name}", globals())'
    if not book.code or book.code[-1][1].source.strip().split("\n")[-1].strip() != call:
        return [f"the last code cell must end with {call}"]
    i, cell = book.code[-1]
    said = "".join(text for output in cell.outputs for text in texts(output))
    return [] if said.startswith("✓") and "✗" not in said else [f"cell {i}: prose said {said[:200]!r}"]


def numbers_have_markers(book: Book) -> list[str]:
    faults, in_header = [], True
    for i, cell in book.markdown:
        text = without_quotes(without_code(cell.source))
        if in_header:  # its table is written by the tooling
            head, section, rest = re.match(r"(.*?)(^## |\Z)(.*)", text, re.S | re.M).groups()
            text = re.sub(r"^\s*\|.*$", "", head, flags=re.M) + section + rest
            in_header = not section
        text = re.sub(r"^#{1,6}\s.*$", "", text, flags=re.M)
        text = re.sub(r"\|[^|\n]*\]\([^|\n]*(?=\|)", "|", text)  # cells of tables that hold a link
        text = re.sub(r"\]\([^)]*\)|<?https?://\S+|doi:\S+", "", text)
        text = re.sub(r"(§+\s*|[Ss]ections? |[Ee]xercises? |CC BY(-\w+)* |CC0 )\d[\d.]*\d", "", text)
        comments = [m.span() for m in re.finditer(r"<!--.*?-->", text, re.S)]
        for m in re.finditer(r"(?<![\w.§/])\d[\d,]*(?:\.\d+)?", text):
            if any(begin <= m.start() < end for begin, end in comments):
                continue
            after = text[m.end() :]
            percent = re.match(r"[*_]*\s?(%|percent\b|per cent\b)", after)
            if not ("." in m[0] or percent) or re.match(r"\.\d", after):
                continue
            if not re.match(r"[*_]*(\s?%)?[*_]*<!--(=|\s*const:\s*\w)", after):
                line = text[text.rfind("\n", 0, m.start()) + 1 :].split("\n")[0].strip()
                faults.append(
                    f"cell {i}: {m[0]} has no marker (<!--= … --> or <!-- const: … -->): {line[:90]}"
                )
    return faults


IS = "it|that|there|here|what|who|where|how|let|she|he"
CONTRACTION = re.compile(rf"\b\w+n['’]t\b|\b\w+['’](re|ll|ve|m|d)\b|\b({IS})['’]s\b", re.I)
DISMISSIVE = re.compile(r"\b(simply|just|obviously|of course|easy|easily|trivial(ly)?|gonna|wanna)\b", re.I)
FORBIDDEN_CODE = (r"^\s*[!%]\s*pip\b", r"\bsys\.path\b", r"\bwarnings\.(filterwarnings|simplefilter)\b")


def language_is_plain(book: Book) -> list[str]:
    faults = []
    for i, cell in book.markdown:
        text = re.sub(r"<!--.*?-->", "", without_quotes(without_code(cell.source)), flags=re.S)
        faults += [f"cell {i}: contraction {m[0]!r}" for m in CONTRACTION.finditer(text)]
        faults += [f"cell {i}: dismissive word {m[0]!r}" for m in DISMISSIVE.finditer(text)]
    for i, cell in book.code:
        for pattern in FORBIDDEN_CODE:
            if found := re.search(pattern, cell.source, re.M):
                faults.append(f"cell {i}: {found[0].strip()!r} is not allowed in a lesson")
    return faults


# Order and pictures ---------------------------------------------------------------------------------------


def headings_follow_the_skeleton(book: Book) -> list[str]:
    found, faults = headings(book), []
    if [level for _, level, _ in found].count(1) != 1 or (found and found[0][1] != 1):
        faults.append("there must be one first-level heading, and it comes first")
    for (_, before, _), (i, level, text) in pairwise(found):
        if level > before + 1:
            faults.append(f"cell {i}: heading {text!r} jumps from level {before} to {level}")
    second = [text for _, level, text in found if level == 2]
    position = 0
    for name in SECTIONS if book.full else ("Take-aways",):
        places = [n for n, text in enumerate(second) if text.lower().startswith(name.lower())]
        if not places:
            faults.append(f"the section `## {name}` is missing")
        elif places[0] < position:
            faults.append(f"the section `## {name}` comes too early")
        else:
            position = places[0]
    return faults


def header_tells_times_and_goals(book: Book) -> list[str]:
    if not book.markdown:
        return ["there is no header"]
    head = "\n\n".join(cell.source for _, cell in book.markdown[:3])
    head = re.split(r"^## ", head, maxsplit=1, flags=re.M)[0]
    table = "\n".join(line for line in head.split("\n") if line.lstrip().startswith("|")).lower()
    needed = ("to read", "to practise", "to run")
    faults = [f"the header table lacks `{what}`" for what in needed if what not in table]
    if not re.search(r"<!-- seconds -->\s*\d+\s*<!-- /seconds -->", head):
        faults.append("the header lacks the measured seconds: run `python3 course.py run NN --write`")
    if book.full and not objectives(book):
        faults.append("the header lacks its numbered objectives")
    return faults


def figures_are_described(book: Book) -> list[str]:
    faults, expected = [], 0
    for n, (i, cell) in enumerate(book.cells):
        if cell.cell_type == "markdown":
            for alt in re.findall(r"!\[([^\]]*)\]\(", cell.source):
                if len(alt) < 40:
                    faults.append(f"cell {i}: alternative text {alt!r} has under 40 characters")
            if "<img" in cell.source:
                faults.append(f"cell {i}: write pictures as ![alternative text](file)")
            continue
        if "starter" in tags(cell):  # a script of its own: its chart has no caption of the lesson
            continue
        for k, output in enumerate(cell.outputs):
            kind = next((kind for kind in output.get("data", {}) if kind.startswith("image/")), None)
            if kind is None:
                continue
            expected += 1
            alt = output.get("metadata", {}).get(kind, {}).get("alt", "")
            if len(alt) < 40:
                faults.append(
                    f"cell {i}: the picture has no alternative text of 40 characters; use plots.show"
                )
            after = [text for later in cell.outputs[k + 1 :] for text in texts(later)]
            after += [c.source for _, c in book.cells[n + 1 : n + 2] if c.cell_type == "markdown"]
            numbers = [int(m[1]) for text in after if (m := re.match(r"\*\*Figure (\d+)\.\*\*\s+\S", text))]
            if not numbers:
                faults.append(f"cell {i}: the picture has no caption that starts with **Figure {expected}.**")
            elif numbers[0] != expected:
                faults.append(f"cell {i}: the caption says Figure {numbers[0]}, expected {expected}")
    return faults


# Exercises and starter ------------------------------------------------------------------------------------


def objectives(book: Book) -> list[str]:
    """The numbers of the objectives: the numbered list before the first section."""
    head = "\n".join(cell.source for _, cell in book.markdown)
    return re.findall(r"^\s*(\d+)\.\s", re.split(r"^## ", head, maxsplit=1, flags=re.M)[0], re.M)


def format_of(exercise, source: str) -> str:
    """The format of an exercise: by its checker, else by whether its cell has a blank."""
    maker = exercise.check_answer.__qualname__.partition(".")[0]
    return maker if maker in ("choice", "predict") else "write code" if "____" in source else "fix code"


def exercises_are_complete(book: Book, known) -> list[str]:
    """`known`: the exercises of the lesson, from mktutils.exercises.lesson_NN."""
    faults, formats = [], set()
    for exercise in known:
        call = f'exercise("{exercise.id}").check('
        cells = [c.source for _, c in book.code if re.search(rf"^{re.escape(call)}", c.source, re.M)]
        if len(cells) != 1:
            faults.append(f"{call}…) must stand in one cell, at the start of a line; found {len(cells)}")
        formats |= {format_of(exercise, cell) for cell in cells}
        for name in ("hint", "solution"):
            if cells and f'# exercise("{exercise.id}").{name}()' not in cells[0]:
                faults.append(
                    f'exercise {exercise.id}: the line `# exercise("{exercise.id}").{name}()` is missing'
                )
    for i, cell in book.code:
        if re.search(r"^[^#\n]*\)\.(hint|solution)\(", cell.source, re.M):
            faults.append(f"cell {i}: hint() and solution() must be commented out")
        ids = re.findall(r'exercise\("([^"]+)"\)', cell.source)
        faults += [f"cell {i}: unknown exercise {id}" for id in ids if id not in [e.id for e in known]]
    if book.full:
        if len(known) < 4 or len(formats) < 3:
            faults.append(
                f"{len(known)} exercises in the formats {sorted(formats)}; at least 4 in 3 are needed"
            )
        assessed = {number for e in known for number in re.findall(r"\d+", str(e.objective))}
        faults += [f"no exercise assesses objective {n}" for n in objectives(book) if n not in assessed]
    return faults


def starter_cells(book: Book) -> list[str]:
    return [cell.source for _, cell in book.code if "starter" in tags(cell)]


def starter_stands_alone(book: Book) -> list[str]:
    sources = starter_cells(book)
    if not book.full:
        return []
    if len(sources) != 1:
        return [f"one code cell must have the tag `starter`; found {len(sources)}"]
    tree, faults = ast.parse(sources[0]), []
    for node in ast.walk(tree):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or "."] if isinstance(node, ast.ImportFrom) else []
        for name in (name.partition(".")[0] for name in names):
            if name not in STARTER_MODULES | sys.stdlib_module_names:
                faults.append(f"the starter imports {name}; only pandas, numpy, sklearn, keras are allowed")
    first = "\n".join(sources[0].split("\n")[:15])
    for constant in STARTER_CONSTANTS.get(book.number, ("CSV_PATH", "LABEL")):
        if not re.search(rf"^{constant} = [\"']", first, re.M):
            faults.append(f'the starter needs a line `{constant} = "…"` near its top')
    return faults


RULES = (
    file_is_small_and_clean,
    cells_are_executed_in_order,
    outputs_are_comparable,
    package_is_imported_first,
    ignored_cells_are_few_and_reasoned,
    prose_is_checked_last,
    numbers_have_markers,
    language_is_plain,
    headings_follow_the_skeleton,
    header_tells_times_and_goals,
    figures_are_described,
    starter_stands_alone,
)
