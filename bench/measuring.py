"""Samples, taken in turn and compared: a rate means something only beside another one of the same run."""

import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

Probe = Callable[[], float]


class WorkNotDone(Exception):
    """What was timed did not leave the rows or messages it should have left: its figure would be worthless."""

    def __init__(self, what: str, found: object, wanted: object) -> None:
        super().__init__(f"{what}: found {found}, wanted {wanted}.")


def expect(what: str, found: object, wanted: object) -> None:
    """Refuse a sample whose work was not done."""
    if found != wanted:
        raise WorkNotDone(what, found, wanted)


@dataclass(frozen=True, slots=True)
class Sample:
    """One timed run of a variant; `cpu_seconds` by the program that spent them."""

    operations: int
    seconds: float
    cpu_seconds: Mapping[str, float]

    @property
    def rate(self) -> float:
        return self.operations / self.seconds

    def cpu_micros(self, program: str) -> float | None:
        """CPU microseconds per operation; None where the program took no part."""
        spent = self.cpu_seconds.get(program)
        return None if spent is None else spent / self.operations * 1e6


@dataclass(slots=True)
class Meter:
    """Reads the wall and the CPU clocks of programs from its making until `stop`."""

    probes: Mapping[str, Probe]
    _started: float = field(init=False)
    _cpu: dict[str, float] = field(init=False)
    _seconds: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._cpu = {name: probe() for name, probe in self.probes.items()}
        self._started = time.perf_counter()

    def stop_wall(self) -> None:
        """The answer is there: what follows still costs CPU that belongs to it, but no longer time."""
        self._seconds = time.perf_counter() - self._started

    def stop(self, operations: int) -> Sample:
        if self._seconds is None:
            self.stop_wall()
        assert self._seconds is not None
        spent = {name: probe() - self._cpu[name] for name, probe in self.probes.items()}
        return Sample(operations, self._seconds, spent)


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of doing the work."""

    name: str
    run: Callable[[], Awaitable[Sample]]


@dataclass(frozen=True, slots=True)
class Line:
    """A variant's medians, and its rate as a multiple of the yardstick's in the same round."""

    name: str
    rate: float
    ratio: float
    lowest_ratio: float
    highest_ratio: float
    cpu_micros: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one benchmark found; the first line is the yardstick."""

    title: str
    unit: str
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted rather than timed: a row of words per thing counted, the first its name."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


Finding = Comparison | Tally


async def compare(
    title: str,
    unit: str,
    variants: Sequence[Variant],
    rounds: int,
    programs: Sequence[str],
    progress: Callable[[str], None],
) -> Comparison:
    """Run all variants once per round, every other round backwards; the first variant is the yardstick."""
    samples: dict[str, list[Sample]] = {variant.name: [] for variant in variants}
    for number in range(rounds):
        for variant in variants if number % 2 == 0 else reversed(variants):
            progress(f"{title}: {variant.name}, round {number + 1} of {rounds}")
            samples[variant.name].append(await variant.run())
    yardstick = [sample.rate for sample in samples[variants[0].name]]
    return Comparison(title, unit, [_line(name, found, yardstick, programs) for name, found in samples.items()])


def _line(name: str, samples: Sequence[Sample], yardstick: Sequence[float], programs: Sequence[str]) -> Line:
    ratios = [sample.rate / other for sample, other in zip(samples, yardstick, strict=True)]
    return Line(
        name,
        statistics.median(sample.rate for sample in samples),
        statistics.median(ratios),
        min(ratios),
        max(ratios),
        {program: _median([sample.cpu_micros(program) for sample in samples]) for program in programs},
    )


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None
