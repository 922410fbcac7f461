"""Whether a house is quiet, told from looks that are taken one after the other while it goes on working."""

from dataclasses import dataclass, field
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from delivery import Progress, to_look_at_again

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

    def to_look_at_again(self, looks: dict[str, Progress]) -> set[str]:
        return to_look_at_again(looks, DAY, lambda topic: topic.split("-")[0])

    @property
    def is_at_rest(self) -> bool:
        return not any(self.on_their_way.values()) and not any(s.outbox for s in self.services.values())


receivers = st.lists(st.sampled_from(SERVICES), max_size=2, unique=True)
work = st.one_of(
    st.tuples(st.just("relay"), st.sampled_from(SERVICES), st.just([])),
    st.tuples(st.just("handle"), st.sampled_from(SERVICES), receivers),
)


starts = st.lists(st.tuples(st.sampled_from(SERVICES), st.sampled_from(SERVICES), st.integers(0, 4)), max_size=3)


def _begin(start: list[tuple[str, str, int]]) -> House:
    house = House()
    for sender, receiver, depth in start:
        house.services[sender].outbox.append((f"{sender}-{receiver}", depth))
    return house


def _do(house: House, steps: list[tuple[str, str, list[str]]]) -> None:
    for kind, name, others in steps:
        if kind == "relay":
            house.relay(name)
        else:
            house.handle(name, others)


@settings(max_examples=500)
@given(
    start=starts,
    before=st.lists(work, max_size=30),
    order=st.permutations(SERVICES),
    between=st.lists(st.lists(work, max_size=12), min_size=3, max_size=12),
)
def test_a_house_that_looks_quiet_is_at_rest_however_old_the_looks_are(
    start: list[tuple[str, str, int]],
    before: list[tuple[str, str, list[str]]],
    order: list[str],
    between: list[list[tuple[str, str, list[str]]]],
) -> None:
    house = _begin(start)
    _do(house, before)
    looks: dict[str, Progress] = {}
    to_ask = list(order)
    for meanwhile in between:
        name = to_ask.pop(0)
        looks[name] = house.services[name].look()
        _do(house, meanwhile)
        if not to_ask:
            to_ask = sorted(house.to_look_at_again(looks), key=order.index)
        if not to_ask:
            assert house.is_at_rest
            return


@settings(max_examples=200)
@given(start=starts, before=st.lists(work, max_size=30), after=st.lists(work, max_size=30))
def test_a_house_at_rest_is_soon_seen_to_be(
    start: list[tuple[str, str, int]],
    before: list[tuple[str, str, list[str]]],
    after: list[tuple[str, str, list[str]]],
) -> None:
    house = _begin(start)
    _do(house, before)
    looks = {name: service.look() for name, service in house.services.items()}
    _do(house, after)
    while not house.is_at_rest:
        for name in SERVICES:
            house.relay(name)
            house.handle(name, [])

    for _ in range(3):
        looks |= {name: house.services[name].look() for name in house.to_look_at_again(looks)}
    assert house.to_look_at_again(looks) == set()


def test_a_house_where_nothing_happened_is_quiet() -> None:
    house = House()
    assert house.to_look_at_again({name: service.look() for name, service in house.services.items()}) == set()


def test_only_who_has_not_handled_what_was_sent_is_asked_again() -> None:
    house = _begin([("a", "b", 0)])
    house.relay("a")
    looks = {name: service.look() for name, service in house.services.items()}
    assert house.to_look_at_again(looks) == {"b"}
    house.handle("b", [])
    assert house.to_look_at_again(looks | {"b": house.services["b"].look()}) == set()


def test_who_sent_what_another_has_handled_is_asked_again() -> None:
    house = _begin([("a", "b", 0)])
    early = house.services["c"].look(), Service("a").look()
    house.relay("a")
    house.handle("b", [])
    assert house.to_look_at_again({"c": early[0], "a": early[1], "b": house.services["b"].look()}) == {"a"}
