import json
import warnings
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from signal import SIGKILL

import httpx
import pytest
from schwifty import BIC, IBAN

from contracts import topics
from fordring.stack.embedded import EmbeddedStack, StackRunning
from fordring.stack.supervisor import Stage
from fordring.stack.topology import CLIENT_ACCOUNTS, PORT_NAMES, SERVICES, Secrets, Topology, keep_secrets
from testkit import eventually_sync


def a_topology(home: Path) -> Topology:
    return Topology(home=home, ports={name: 100 + index for index, name in enumerate(PORT_NAMES)}, secrets=Secrets())


@pytest.fixture(scope="module")
def stack() -> Iterator[EmbeddedStack]:
    """Everything but the services."""
    with EmbeddedStack.for_tests(services=()) as running:
        yield running


@pytest.mark.parametrize("account", CLIENT_ACCOUNTS, ids=lambda account: account.account_id)
def test_accounts_have_valid_numbers(account: object) -> None:
    assert account in CLIENT_ACCOUNTS
    [found] = [known for known in CLIENT_ACCOUNTS if known == account]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # not every country has a checksum of its own
        assert IBAN(found.iban, validate_bban=True).country_code in ("NO", "SE", "FI", "DK", "CH")
    assert BIC(found.bic).country_code == "NO"


def test_every_currency_has_own_money_apart_from_client_money() -> None:
    own = {account.currency for account in CLIENT_ACCOUNTS if account.kind == "OWN"}
    assert own == {account.currency for account in CLIENT_ACCOUNTS if account.kind == "CLIENT_FUNDS"}
    assert len({account.iban for account in CLIENT_ACCOUNTS}) == len(CLIENT_ACCOUNTS)


def test_only_the_gateway_knows_the_others_and_nobody_another_database(tmp_path: Path) -> None:
    topology = a_topology(tmp_path)
    environments = {name: topology.environment(name) for name in SERVICES}

    urls = {name for name in environments["gateway"] if name.endswith("_URL")} - {"DATABASE_URL", "SMTP_URL"}
    assert urls == {f"{name.upper()}_URL" for name in SERVICES if name != "gateway"}
    assert environments["gateway"]["CLOCK_FOLLOWERS"].endswith("/_mock/advance?to={date}")
    assert "PROVISIONING_TOKEN" not in environments["intake"]
    assert len({environment["DATABASE_URL"] for environment in environments.values()}) == len(SERVICES)
    assert json.loads(environments["settlement"]["CLIENT_ACCOUNTS"])[0]["kind"] == "CLIENT_FUNDS"


def test_secrets_are_kept_and_only_the_owner_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"

    assert keep_secrets(path) == keep_secrets(path)
    assert path.stat().st_mode & 0o077 == 0


def test_the_stack_comes_up_with_databases_topics_and_accounts(stack: EmbeddedStack) -> None:
    assert {status.stage for status in stack.supervisor.statuses()} == {Stage.READY}
    databases = stack.topology.postgres.psql("SELECT datname FROM pg_database").splitlines()
    assert set(SERVICES) <= set(databases)
    accounts = httpx.get(f"{stack.topology.bank.url}/_mock/accounts", trust_env=False).json()
    assert {account.account_id for account in CLIENT_ACCOUNTS} <= {account["id"] for account in accounts}
    for name in ("mailbox", "traces"):
        assert httpx.get(stack.topology.url(name), trust_env=False).status_code == 200


async def test_every_topic_has_its_dead_letters(stack: EmbeddedStack) -> None:
    wanted = [(name, 1) for topic in topics() for name in (topic, f"{topic}.dead")]

    assert await stack.topology.broker.create_topics(wanted) == []


def test_a_second_stack_in_the_same_folder_is_refused(stack: EmbeddedStack) -> None:
    with pytest.raises(StackRunning, match="fordring down"):
        EmbeddedStack(home=stack.topology.home).prepare()


def test_the_bank_goes_on_with_its_books_and_its_day_after_a_crash(stack: EmbeddedStack) -> None:
    bank = stack.topology.bank
    bank.advance_to(date(2025, 9, 4))  # a Thursday: statements of three days are out
    statements = sorted(path.name for path in bank.pickup_folder.glob("camt.053*"))

    stack.supervisor.kill("bank", SIGKILL)

    eventually_sync(
        lambda: {s.name: (s.restarts, s.stage) for s in stack.supervisor.statuses()}["bank"] == (1, Stage.READY)
    )
    state = httpx.get(f"{bank.url}/_mock/state", trust_env=False).json()
    assert "2025-09-04" in json.dumps(state)
    assert bank.open_accounts([]) == []
    bank.advance_to(date(2025, 9, 5))
    after = sorted(path.name for path in bank.pickup_folder.glob("camt.053*"))
    assert set(statements) < set(after)
    assert len(after) * 3 == len(statements) * 4
