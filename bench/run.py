"""`make bench`: each figure beside its yardstick, measured in turn in one run."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import consumer_batches
import due_sweep
import invoice_intake
import matching
import relay_drain
from measuring import Comparison, Finding
from rich.console import Console
from rich.status import Status
from rig import Rig, describe_machine, running_rig
from tables import as_markdown, as_table, replace_figures

from runtime.clock import wall_now

WIDTH = 130
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"

Benchmark = Callable[[Rig, int, Callable[[str], None]], Awaitable[Comparison | Sequence[Finding]]]
BENCHMARKS: Mapping[str, Benchmark] = {
    "consumer": consumer_batches.measure,
    "intake": invoice_intake.measure,
    "sweep": due_sweep.measure,
    "relay": relay_drain.measure,
    "matching": matching.measure,
}
SECTIONS: Mapping[str, Sequence[str]] = {
    "figures": ("consumer", "intake", "sweep", "relay"),
    "matching": ("matching",),
}
"""The parts of the page, each with figures of one run."""


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, one round: shows that it runs, no figures")
    parser.add_argument("--rounds", type=int, default=3, help="rounds per benchmark; medians are taken over them")
    parser.add_argument("--only", choices=BENCHMARKS, action="append", help="run this one; may be given again")
    parser.add_argument("--markdown", action="store_true", help=f"write the figures into {PAGE.name}")
    return parser.parse_args()


async def run_all(
    rig: Rig, names: Sequence[str], rounds: int, console: Console, status: Status
) -> dict[str, Sequence[Finding]]:
    found: dict[str, Sequence[Finding]] = {}
    for name in names:
        result = await BENCHMARKS[name](rig, rounds, status.update)
        found[name] = [result] if isinstance(result, Comparison) else result
        for finding in found[name]:
            console.print(as_table(finding))
    return found


def write_page(found: Mapping[str, Sequence[Finding]], machine: str, rounds: int) -> Sequence[str]:
    """Replace the figures of every section that was measured whole; the names of those."""
    page, day = PAGE.read_text(), wall_now().date()
    sections = [section for section, names in SECTIONS.items() if found.keys() >= set(names)]
    for section in sections:
        findings = [finding for name in SECTIONS[section] for finding in found[name]]
        page = replace_figures(page, section, as_markdown(findings, machine, day, rounds))
    PAGE.write_text(page)
    return sections


def main() -> None:
    arguments = parse_arguments()
    names = arguments.only or list(BENCHMARKS)
    if arguments.markdown and (arguments.quick or not any(set(names) >= set(whole) for whole in SECTIONS.values())):
        raise SystemExit("--markdown writes whole sections: leave out --quick, and --only unless it names all of one.")
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    rounds = 1 if arguments.quick else arguments.rounds
    with console.status("Starting PostgreSQL and the broker") as status, running_rig(arguments.quick) as rig:
        machine = describe_machine(rig)
        console.print(machine)
        found = asyncio.run(run_all(rig, names, rounds, console, status))
    if arguments.markdown:
        written = write_page(found, machine, rounds)
        console.print(f"Figures of {' and '.join(written)} written to docs/{PAGE.name}")


if __name__ == "__main__":
    main()
