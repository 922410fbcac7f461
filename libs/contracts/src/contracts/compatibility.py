"""What a contract must not do to those who rely on it: the differences between two JSON Schemas that break them.

A consumer is deployed before its producers, so sets of values may grow. Everything else that a consumer could
notice is a breach: a field gone or maybe absent, another type, a new demand on messages already written.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Schema = dict[str, Any]
Bound = tuple[float, bool]

MISSING = object()


def broken_promises(released: Mapping[str, Schema], current: Mapping[str, Schema]) -> list[str]:
    """One sentence per breach, by topic: what broke and what to do instead."""
    sentences: list[str] = []
    for topic, old in sorted(released.items()):
        if topic not in current:
            sentences.append(f"{topic}: the topic was removed: keep its class until the last consumer has moved")
            continue
        sentences += [
            f"{topic}: {change}: publish {next_topic(topic)} beside it"
            for change in breaking_changes(old, current[topic])
        ]
    return sentences


def next_topic(topic: str) -> str:
    """Where a breaking change goes: `a.b` is followed by `a.b.v2`, that by `a.b.v3`."""
    stem, _, number = topic.rpartition(".v")
    return f"{stem}.v{int(number) + 1}" if number.isdigit() else f"{topic}.v2"


def breaking_changes(old_schema: Schema, new_schema: Schema) -> list[str]:
    """What in `new_schema` breaks consumers or messages of `old_schema`; empty where both may live on one topic."""
    changes = list(_key_changes(old_schema, new_schema))
    changes += Comparison(old_schema, new_schema).compare("", old_schema, new_schema)
    return list(dict.fromkeys(changes))


def _key_changes(old: Schema, new: Schema) -> Iterator[str]:
    old_key, new_key = old.get("x-key", MISSING), new.get("x-key", MISSING)
    if old_key is not MISSING and old_key != new_key:
        yield f"the partition key changed from {_listed(old_key)} to {_listed(new_key)}"


@dataclass
class Comparison:
    """Two schemas side by side, each with the definitions its references point to."""

    old_root: Schema
    new_root: Schema
    seen: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def compare(self, path: str, old: Schema, new: Schema) -> Iterator[str]:
        """Breaches at `path` and below."""
        pair = (old.get("$ref", ""), new.get("$ref", ""))
        if all(pair):
            if pair in self.seen:
                return
            self.seen.add(pair)
        yield from _default_changes(path, old, new)
        old_kinds = kinds(resolved(old, self.old_root), self.old_root)
        new_kinds = kinds(resolved(new, self.new_root), self.new_root)
        yield from _kind_changes(path, old_kinds, new_kinds)
        for kind in [kind for kind in old_kinds if kind in new_kinds]:
            yield from self._compare_same_kind(path, old_kinds[kind], new_kinds[kind])
        # a definition met again at another path has to be named there too
        self.seen.discard(pair)

    def _compare_same_kind(self, path: str, old: Schema, new: Schema) -> Iterator[str]:
        yield from _value_changes(path, old, new)
        yield from _limit_changes(path, old, new)
        yield from self._field_changes(path, old, new)
        yield from self._item_changes(path, old, new)
        yield from self._entry_changes(path, old, new)

    def _field_changes(self, path: str, old: Schema, new: Schema) -> Iterator[str]:
        old_fields, new_fields = old.get("properties", {}), new.get("properties", {})
        old_required, new_required = set(old.get("required", ())), set(new.get("required", ()))
        for name, old_field in old_fields.items():
            inner = f"{path}.{name}" if path else name
            if name not in new_fields:
                yield f"field {inner} was removed"
                continue
            if name in new_required - old_required:
                yield f"field {inner} became required, and messages without it exist"
            if name in old_required - new_required:
                yield f"field {inner} may now be missing"
            yield from self.compare(inner, old_field, new_fields[name])
        for name in sorted(new_required - old_fields.keys() - old_required):
            yield f"field {path + '.' if path else ''}{name} is new and required"

    def _item_changes(self, path: str, old: Schema, new: Schema) -> Iterator[str]:
        old_places, new_places = old.get("prefixItems", []), new.get("prefixItems", [])
        if len(old_places) != len(new_places):
            yield f"{_subject(path)} changed from {len(old_places)} to {len(new_places)} fixed places"
        for place, (old_item, new_item) in enumerate(zip(old_places, new_places, strict=False)):
            yield from self.compare(f"{path}[{place}]", old_item, new_item)
        if isinstance(new.get("items"), dict):
            yield from self.compare(f"{path}[]", old.get("items", {}), new["items"])

    def _entry_changes(self, path: str, old: Schema, new: Schema) -> Iterator[str]:
        old_patterns, new_patterns = old.get("patternProperties", {}), new.get("patternProperties", {})
        if old_patterns.keys() != new_patterns.keys():
            yield f"{_subject(path)} changed the names its entries may have"
        for pattern in [pattern for pattern in old_patterns if pattern in new_patterns]:
            yield from self.compare(f"{path}{{}}", old_patterns[pattern], new_patterns[pattern])
        old_rest, new_rest = old.get("additionalProperties", True), new.get("additionalProperties", True)
        if new_rest is False and old_rest is not False:
            yield f"{_subject(path)} no longer allows further fields"
        if isinstance(new_rest, dict):
            yield from self.compare(f"{path}{{}}", old_rest if isinstance(old_rest, dict) else {}, new_rest)


def resolved(schema: Schema, root: Schema) -> Schema:
    """The schema itself where it only points to a definition."""
    while "$ref" in schema:
        target: Any = root
        for step in schema["$ref"].removeprefix("#/").split("/"):
            target = target[step.replace("~1", "/").replace("~0", "~")]
        schema = {**target, **{name: value for name, value in schema.items() if name != "$ref"}}
    return schema


def kinds(schema: Schema, root: Schema) -> dict[str, Schema]:
    """The JSON types a value may have, each with its schema; several objects of a union are told apart by title."""
    options = schema.get("anyOf") or schema.get("oneOf")
    if options is None:
        types = schema.get("type", "any value")
        return dict.fromkeys([types] if isinstance(types, str) else types, schema)
    flat = [pair for option in options for pair in kinds(resolved(option, root), root).items()]
    names = [kind for kind, _ in flat]
    return {kind if names.count(kind) == 1 else _told_apart(kind, option): option for kind, option in flat}


def _told_apart(kind: str, option: Schema) -> str:
    return f"{kind} {option.get('title') or json.dumps(option, sort_keys=True)}"


def _kind_changes(path: str, old: Mapping[str, Schema], new: Mapping[str, Schema]) -> Iterator[str]:
    lost, gained = sorted(old.keys() - new.keys()), sorted(new.keys() - old.keys())
    if lost and gained:
        yield f"{_subject(path)} changed its type from {_listed(sorted(old))} to {_listed(sorted(new))}"
    elif lost:
        yield f"{_subject(path)} can no longer be {_listed(lost)}"
    elif gained:
        yield f"{_subject(path)} can now also be {_listed(gained)}"


def _value_changes(path: str, old: Schema, new: Schema) -> Iterator[str]:
    old_values, new_values = _values(old), _values(new)
    if new_values is None:
        return
    if old_values is None:
        yield f"{_subject(path)} is now limited to {_listed(new_values)}"
        return
    for value in old_values:
        if value not in new_values:
            yield f"{_subject(path)} lost the value {value}"


def _values(schema: Schema) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _limit_changes(path: str, old: Schema, new: Schema) -> Iterator[str]:
    if old.get("format") != new.get("format"):
        yield f"{_subject(path)} changed its format from {old.get('format', 'none')} to {new.get('format', 'none')}"
    for rule in ("pattern", "multipleOf", "propertyNames"):
        if rule in new and old.get(rule) != new[rule]:
            yield f"{_subject(path)} has another {rule}: {old.get(rule, 'none')} became {new[rule]}"
    if new.get("uniqueItems") and not old.get("uniqueItems"):
        yield f"{_subject(path)} no longer allows the same item twice"
    for low, high in (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems")):
        if _lower_bound(new, low) > _lower_bound(old, low):
            yield f"{_subject(path)} has a higher lower limit: {_shown(_lower_bound(new, low))}"
        if _lower_bound(new, high, -1) > _lower_bound(old, high, -1):
            yield f"{_subject(path)} has a lower upper limit: {_shown(_lower_bound(new, high, -1), -1)}"


def _lower_bound(schema: Schema, rule: str, sign: int = 1) -> Bound:
    """The tightest bound and whether it is itself excluded; with sign -1 an upper bound, mirrored."""
    exclusive = f"exclusive{rule.capitalize()}"
    bounds = [(sign * schema[name], name == exclusive) for name in (rule, exclusive) if name in schema]
    return max(bounds, default=(float("-inf"), False))


def _shown(bound: Bound, sign: int = 1) -> str:
    value, excluded = bound
    number = f"{sign * value:g}"
    return f"{number} itself excluded" if excluded else number


def _default_changes(path: str, old: Schema, new: Schema) -> Iterator[str]:
    if "default" in old and "default" in new and old["default"] != new["default"]:
        before, after = json.dumps(old["default"]), json.dumps(new["default"])
        yield f"{_subject(path)} means something else where it is missing: default {before} became {after}"


def _subject(path: str) -> str:
    return f"field {path}" if path else "the event"


def _listed(values: Any) -> str:
    if values is MISSING:
        return "unknown"
    return ", ".join(str(value) for value in values) or "a constant"
