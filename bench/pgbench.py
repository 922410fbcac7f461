"""The same rows written by `pgbench`: what this PostgreSQL gives to a program that does nothing but insert."""

import asyncio
import re
import resource
import shutil
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from measuring import Meter, Sample, WorkNotDone, expect
from rig import Rig

from contracts import DebtorRecorded, InvoiceCreated
from fordring.stack.postgres import find_binaries, plain_url

CLIENTS = 16

SCRIPT = """
BEGIN;
SELECT nextval('case_number') AS case_id, gen_random_uuid() AS debtor_id, gen_random_uuid() AS invoice_id \\gset
INSERT INTO debtor (debtor_id, creditor_id, contact)
    VALUES (CAST(:debtor_id AS uuid), CAST(:creditor AS uuid), CAST(:contact AS jsonb));
INSERT INTO invoice (invoice_id, case_id, creditor_id, debtor_id, number, payment_iban, payment_reference, currency,
        gross_minor, due_date, accepted_date, payment_control, request_id, document)
    VALUES (CAST(:invoice_id AS uuid), CAST(:case_id AS bigint), CAST(:creditor AS uuid), CAST(:debtor_id AS uuid),
        CAST(:case_id AS text), 'NO9386011117947', CAST(:case_id AS text), 'NOK', 125000, '2025-10-01', '2025-09-15',
        true, CAST(:invoice_id AS uuid), CAST(:document AS jsonb));
INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, time, source, dataschema)
    VALUES (CAST(:debtor_id AS uuid), 'debtor.recorded', CAST(:debtor_id AS text), 'fordring.debtor.recorded',
        CAST(:debtor_event AS bytea), now(), '/fordring/intake', :debtor_schema);
INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, time, source, dataschema)
    VALUES (CAST(:invoice_id AS uuid), 'invoice.created', CAST(:case_id AS text), 'fordring.invoice.created',
        CAST(:invoice_event AS bytea), now(), '/fordring/intake', :invoice_schema);
COMMIT;
"""


@dataclass(frozen=True, slots=True)
class Documents:
    """What intake wrote for one invoice; `pgbench` writes the same bytes each time."""

    creditor: str
    contact: str
    document: str

    def defines(self) -> list[str]:
        debtor_event = DebtorRecorded.model_validate_json(self.contact).model_dump_json()
        invoice_event = InvoiceCreated.model_validate_json(self.document).model_dump_json()
        values = {
            "creditor": self.creditor,
            "contact": self.contact,
            "document": self.document,
            "debtor_event": debtor_event,
            "invoice_event": invoice_event,
            "debtor_schema": DebtorRecorded.schema_urn(),  # a colon in the script would name a variable
            "invoice_schema": InvoiceCreated.schema_urn(),
        }
        return [part for name, value in values.items() for part in ("-D", f"{name}={value}")]


def find_pgbench() -> str:
    """The one beside the server's programs, else the system's."""
    beside = find_binaries() / "pgbench"
    program = str(beside) if beside.is_file() else shutil.which("pgbench")
    if program is None:
        raise WorkNotDone("pgbench", "neither beside PostgreSQL's programs nor on PATH", "the program")
    return program


async def documents_of(url: str) -> Documents:
    """The rows of any one invoice."""
    connection = await asyncpg.connect(plain_url(url))
    row = await connection.fetchrow(
        "SELECT creditor_id::text, contact::text, document::text FROM invoice JOIN debtor USING (debtor_id, creditor_id)"
        " LIMIT 1"
    )
    await connection.close()
    assert row is not None
    return Documents(row["creditor_id"], row["contact"], row["document"])


async def insert_plainly(rig: Rig, url: str, documents: Documents, count: int) -> Sample:
    """`count` transactions of four inserts by 16 clients; the rate is pgbench's own, without the connecting."""
    script = rig.folder / "insert.sql"
    script.write_text(SCRIPT)
    before = await rig.fetch(url, "SELECT count(*) FROM invoice")
    await rig.settle()

    meter = Meter({"load": _cpu_of_ended_children, **rig.server_probes()})
    rate = await _run(url, script, documents, count // CLIENTS)
    measured = meter.stop(count // CLIENTS * CLIENTS)

    done = await rig.fetch(url, "SELECT count(*) FROM invoice") - before
    expect("invoices inserted by pgbench", done, measured.operations)
    return Sample(measured.operations, measured.operations / rate, measured.cpu_seconds)


async def _run(url: str, script: Path, documents: Documents, transactions: int) -> float:
    command = [find_pgbench(), "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-t", str(transactions)]
    command += ["-f", str(script), *documents.defines(), plain_url(url)]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    output, errors = await process.communicate()
    found = re.search(rb"^tps = ([0-9.]+)", output, re.MULTILINE)
    if process.returncode or found is None:
        raise WorkNotDone("pgbench", errors.decode(errors="replace")[-500:], "a rate")
    return float(found[1])


def _cpu_of_ended_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
