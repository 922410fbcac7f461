"""`make bench`: each figure beside its yardstick, measured in turn in one run."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import consumer_batches
import due_sweep
import invoice_intake
import relay_drain
from measuring import Comparison
from rich.console import Console
from rich.status import Status
from rig import Rig, describe_machine, running_rig
from tables import as_markdown, as_table, replace_figures

from runtime.clock import wall_now

WIDTH = 130
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"

Benchmark = Callable[[Rig, int, Callable[[str], None]], Awaitable[Comparison]]
BENCHMARKS: Mapping[str, Benchmark] = {
    "consumer": consumer_batches.measure,
    "intake": invoice_intake.measure,
    "sweep": due_sweep.measure,
    "relay": relay_drain.measure,
}


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, one round: shows that it runs, no figures")
    parser.add_argument("--rounds", type=int, default=3, help="rounds per benchmark; medians are taken over them")
    parser.add_argument("--only", choices=BENCHMARKS, action="append", help="run this one; may be given again")
    parser.add_argument("--markdown", action="store_true", help=f"write the figures into {PAGE.name}")
    return parser.parse_args()


async def run_all(rig: Rig, names: Sequence[str], rounds: int, console: Console, status: Status) -> list[Comparison]:
    found: list[Comparison] = []
    for name in names:
        comparison = await BENCHMARKS[name](rig, rounds, status.update)
        console.print(as_table(comparison))
        found.append(comparison)
    return found


def main() -> None:
    arguments = parse_arguments()
    if arguments.markdown and (arguments.quick or arguments.only):
        raise SystemExit("--markdown writes the figures of a whole run: leave out --quick and --only.")
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    rounds = 1 if arguments.quick else arguments.rounds
    with console.status("Starting PostgreSQL and the broker") as status, running_rig(arguments.quick) as rig:
        machine = describe_machine(rig)
        console.print(machine)
        found = asyncio.run(run_all(rig, arguments.only or list(BENCHMARKS), rounds, console, status))
    if arguments.markdown:
        figures = as_markdown(found, machine, wall_now().date(), rounds)
        PAGE.write_text(replace_figures(PAGE.read_text(), figures))
        console.print(f"Figures written to docs/{PAGE.name}")


if __name__ == "__main__":
    main()
