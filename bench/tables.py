"""The figures for people: on the terminal, and in the page about performance."""

from collections.abc import Sequence
from datetime import date

from measuring import Comparison, Line
from rich.table import Table
from rig import PROGRAMS

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def as_table(comparison: Comparison) -> Table:
    table = Table()
    for number, heading in enumerate(_headings(comparison)):
        table.add_column(heading.replace(", ", "\n"), justify="left" if number == 0 else "right", no_wrap=True)
    for line in comparison.lines:
        table.add_row(*_cells(line, yardstick=line is comparison.lines[0]))
    return table


def as_markdown(comparisons: Sequence[Comparison], machine: str, day: date, rounds: int) -> str:
    parts = [f"Measured {day} on {machine}. Medians of {rounds} rounds."]
    for comparison in comparisons:
        headings = _headings(comparison)
        rows = [_cells(line, yardstick=line is comparison.lines[0]) for line in comparison.lines]
        ruler = ["---", *["---:"] * (len(headings) - 1)]
        table = "\n".join(f"| {' | '.join(cells)} |" for cells in (headings, ruler, *rows))
        parts.append(f"### {comparison.title}\n\n{table}")
    return "\n\n".join(parts)


def replace_figures(page: str, figures: str) -> str:
    """The page with new figures between its two marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise SystemExit(f"The page has lost its marks {BEGIN} and {END}; nothing was written.")
    return f"{before}{BEGIN}\n\n{figures}\n\n{END}{after}"


def _headings(comparison: Comparison) -> list[str]:
    return [comparison.title, f"{comparison.unit}/s", "ratio", *(f"{program}, CPU us" for program in PROGRAMS)]


def _cells(line: Line, *, yardstick: bool) -> list[str]:
    ratio = "1" if yardstick else f"{_short(line.ratio)} ({_short(line.lowest_ratio)} to {_short(line.highest_ratio)})"
    micros = [line.cpu_micros[program] for program in PROGRAMS]
    return [line.name, f"{line.rate:,.0f}", ratio, *("" if value is None else f"{value:,.0f}" for value in micros)]


def _short(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio >= 10 else f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.3f}"
