"""Create creditors, agreements, debtors, invoices and actions."""

from alembic import op

from delivery.schema import create_delivery_v1
from runtime.clock import create_clock_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_clock_v1(op)
    create_delivery_v1(op)
    op.execute("CREATE SEQUENCE case_number START 100001")
    op.execute("CREATE SEQUENCE customer_number START 1001")
    op.execute(
        """
        CREATE TABLE creditor (
            creditor_id uuid PRIMARY KEY,
            partner_code text NOT NULL,
            customer_code text NOT NULL UNIQUE,
            name text NOT NULL,
            business_code text NOT NULL,
            vat_number text NOT NULL,
            country_code text NOT NULL,
            language_code text NOT NULL,
            email text NOT NULL,
            reference_prefix text NOT NULL UNIQUE,
            onboarded_date date NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE agreement (
            agreement_id uuid PRIMARY KEY,
            creditor_id uuid NOT NULL REFERENCES creditor,
            agreement_version integer NOT NULL,
            valid_from date NOT NULL,
            document jsonb NOT NULL,
            UNIQUE (creditor_id, agreement_version)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE debtor (
            debtor_id uuid PRIMARY KEY,
            creditor_id uuid NOT NULL REFERENCES creditor,
            contact jsonb NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE invoice (
            invoice_id uuid PRIMARY KEY,
            case_id bigint NOT NULL UNIQUE,
            creditor_id uuid NOT NULL REFERENCES creditor,
            debtor_id uuid NOT NULL REFERENCES debtor,
            number text NOT NULL,
            payment_iban text NOT NULL,
            payment_reference text NOT NULL,
            currency text NOT NULL,
            gross_minor bigint NOT NULL,
            due_date date NOT NULL,
            accepted_date date NOT NULL,
            payment_control boolean NOT NULL,
            request_id uuid NOT NULL,
            document jsonb NOT NULL,
            UNIQUE (creditor_id, number),
            UNIQUE (payment_iban, payment_reference)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE invoice_action (
            action_id uuid PRIMARY KEY,
            creditor_id uuid NOT NULL REFERENCES creditor,
            case_id bigint NOT NULL,
            code text NOT NULL,
            requested_date date NOT NULL,
            document jsonb NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_invoice_action_case_id ON invoice_action (case_id)")
