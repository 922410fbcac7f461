"""The figures for people: on the terminal, and in the page about performance."""

from collections.abc import Sequence
from datetime import date

from measuring import Comparison, Finding, Line
from rich.table import Table
from rig import PROGRAMS


def as_table(finding: Finding) -> Table:
    table = Table()
    headings, rows = _cells(finding)
    for number, heading in enumerate(headings):
        left = number == 0 or any(not _is_figure(row[number]) for row in rows)
        table.add_column(heading.replace(", ", "\n"), justify="left" if left else "right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table


def as_markdown(findings: Sequence[Finding], machine: str, day: date, rounds: int) -> str:
    parts = [f"Measured {day} on {machine}. Medians of {rounds} rounds."]
    for finding in findings:
        headings, rows = _cells(finding)
        right = [all(_is_figure(row[number]) for row in rows) for number in range(len(headings))]
        ruler = ["---:" if number and right[number] else "---" for number in range(len(headings))]
        table = "\n".join(f"| {' | '.join(cells)} |" for cells in (headings, ruler, *rows))
        parts.append(f"### {finding.title}\n\n{table}")
    return "\n\n".join(parts)


def replace_figures(page: str, section: str, figures: str) -> str:
    """The page with new figures between the two marks of the section."""
    begin, end = f"<!-- {section}: begin -->", f"<!-- {section}: end -->"
    before, found_begin, rest = page.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise SystemExit(f"The page has lost its marks {begin} and {end}; nothing was written.")
    return f"{before}{begin}\n\n{figures}\n\n{end}{after}"


def _cells(finding: Finding) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """Headings and rows, the finding's title first of all."""
    if isinstance(finding, Comparison):
        headings = [finding.title, f"{finding.unit}/s", "ratio", *(f"{program}, CPU us" for program in PROGRAMS)]
        return headings, [_timed(line, yardstick=line is finding.lines[0]) for line in finding.lines]
    return [finding.title, *finding.headings[1:]], finding.rows


def _timed(line: Line, *, yardstick: bool) -> list[str]:
    ratio = "1" if yardstick else f"{_short(line.ratio)} ({_short(line.lowest_ratio)} to {_short(line.highest_ratio)})"
    micros = [line.cpu_micros[program] for program in PROGRAMS]
    return [line.name, f"{line.rate:,.0f}", ratio, *("" if value is None else f"{value:,.0f}" for value in micros)]


def _is_figure(cell: str) -> bool:
    return not cell or cell[0].isdigit() or cell == "-"


def _short(ratio: float) -> str:
    return f"{ratio:.1f}" if ratio >= 10 else f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.3f}"
