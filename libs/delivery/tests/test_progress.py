"""Whether a house is quiet, told from looks that are taken one after the other while it goes on working."""

from dataclasses import dataclass, field
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from delivery import Progress, is_quiet

DAY = date(2026, 2, 2)
SERVICES = ("a", "b", "c")


@dataclass
class Service:
    """Handles a message by publishing as many as it says, to a topic per receiver; its outbox is sent bit by bit."""

    name: str
    outbox: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])
    published: dict[str, int] = field(default_factory=dict[str, int])
    handled: dict[str, int] = field(default_factory=dict[str, int])

    def look(self) -> Progress:
        return Progress(
            service=self.name,
            business_date=DAY,
            done_through=DAY,
            outbox=len(self.outbox),
            waiting=0,
            backlog=0,
            listens_to=[f"{other}-{self.name}" for other in SERVICES],
            published=dict(self.published),
            handled=dict(self.handled),
        )


@dataclass
class House:
    """Three services and what is on its way between them."""

    services: dict[str, Service] = field(default_factory=lambda: {name: Service(name) for name in SERVICES})
    on_their_way: dict[str, list[int]] = field(default_factory=dict[str, list[int]])

    def relay(self, name: str) -> None:
        service = self.services[name]
        if service.outbox:
            topic, depth = service.outbox.pop(0)
            self.on_their_way.setdefault(topic, []).append(depth)
            service.published[topic] = service.published.get(topic, 0) + 1

    def handle(self, name: str, receivers: list[str]) -> None:
        """Take the oldest message of any topic; each but the last of a chain causes one more for each receiver."""
        for topic in (f"{other}-{name}" for other in SERVICES):
            if self.on_their_way.get(topic):
                depth = self.on_their_way[topic].pop(0)
                service = self.services[name]
                service.handled[topic] = service.handled.get(topic, 0) + 1
                if depth > 0:
                    service.outbox += [(f"{name}-{receiver}", depth - 1) for receiver in receivers]
                return

    @property
    def is_at_rest(self) -> bool:
        return not any(self.on_their_way.values()) and not any(s.outbox for s in self.services.values())


receivers = st.lists(st.sampled_from(SERVICES), max_size=2, unique=True)
work = st.one_of(
    st.tuples(st.just("relay"), st.sampled_from(SERVICES), st.just([])),
    st.tuples(st.just("handle"), st.sampled_from(SERVICES), receivers),
)


@settings(max_examples=500)
@given(
    start=st.lists(st.tuples(st.sampled_from(SERVICES), st.sampled_from(SERVICES), st.integers(0, 4)), max_size=3),
    order=st.permutations(SERVICES),
    before=st.lists(work, max_size=30),
    between=st.lists(st.lists(work, max_size=12), min_size=3, max_size=3),
)
def test_a_house_that_looks_quiet_in_one_round_is_at_rest(
    start: list[tuple[str, str, int]],
    order: list[str],
    before: list[tuple[str, str, list[str]]],
    between: list[list[tuple[str, str, list[str]]]],
) -> None:
    house = House()
    for sender, receiver, depth in start:
        house.services[sender].outbox.append((f"{sender}-{receiver}", depth))

    def do(steps: list[tuple[str, str, list[str]]]) -> None:
        for kind, name, others in steps:
            if kind == "relay":
                house.relay(name)
            else:
                house.handle(name, others)

    do(before)
    looks: list[Progress] = []
    for name, meanwhile in zip(order, between, strict=True):
        looks.append(house.services[name].look())
        do(meanwhile)

    if is_quiet(looks, DAY):
        assert house.is_at_rest


def test_a_house_where_nothing_happened_is_quiet() -> None:
    assert is_quiet([Service(name).look() for name in SERVICES], DAY)


def test_a_message_that_was_sent_and_not_handled_is_seen() -> None:
    house = House()
    house.services["a"].outbox.append(("a-b", 0))
    house.relay("a")
    assert not is_quiet([service.look() for service in house.services.values()], DAY)
    house.handle("b", [])
    assert is_quiet([service.look() for service in house.services.values()], DAY)
