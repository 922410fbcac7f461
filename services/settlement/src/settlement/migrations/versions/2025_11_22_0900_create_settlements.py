"""Create accruals, settlements, payouts, payment orders and the bank's messages."""

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
    op.execute(
        """
        CREATE TABLE creditor (
            creditor_id uuid PRIMARY KEY,
            name text NOT NULL,
            country_code text NOT NULL,
            language_code text NOT NULL
        )
        """
    )
    op.execute(
        """
        CREATE TABLE agreement (
            creditor_id uuid NOT NULL,
            agreement_version integer NOT NULL,
            valid_from date NOT NULL,
            jurisdiction text NOT NULL,
            settlement_weekday integer NOT NULL,
            document jsonb NOT NULL,
            PRIMARY KEY (creditor_id, agreement_version)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE settlement (
            settlement_id uuid PRIMARY KEY,
            settlement_number bigint NOT NULL UNIQUE,
            creditor_id uuid NOT NULL,
            currency text NOT NULL,
            account_id text NOT NULL,
            settlement_date date NOT NULL,
            line_count integer NOT NULL,
            allocated_minor bigint NOT NULL,
            principal_minor bigint NOT NULL,
            interest_minor bigint NOT NULL,
            fees_minor bigint NOT NULL,
            fee_share_minor bigint NOT NULL,
            commission_minor bigint NOT NULL,
            vat_minor bigint NOT NULL CHECK (vat_minor >= 0),
            own_share_minor bigint NOT NULL CHECK (own_share_minor >= 0),
            net_minor bigint NOT NULL CHECK (net_minor > 0),
            api_fetched_date date,
            bookkept_date date,
            traceparent text,
            UNIQUE (creditor_id, currency, account_id, settlement_date),
            CHECK (allocated_minor = principal_minor + interest_minor + fees_minor),
            CHECK (own_share_minor = fee_share_minor + commission_minor + vat_minor),
            CHECK (allocated_minor = own_share_minor + net_minor)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE accrual_line (
            line_id uuid PRIMARY KEY,
            kind text NOT NULL,
            creditor_id uuid NOT NULL,
            currency text NOT NULL,
            account_id text NOT NULL,
            case_id bigint,
            invoice_number text NOT NULL,
            payment_reference text NOT NULL,
            stage text,
            principal_minor bigint NOT NULL,
            interest_minor bigint NOT NULL,
            reminder_fee_minor bigint NOT NULL,
            collection_fee_minor bigint NOT NULL,
            compensation_minor bigint NOT NULL,
            allocated_minor bigint NOT NULL,
            value_date date NOT NULL,
            as_of date NOT NULL,
            reverses_id uuid,
            traceparent text,
            settlement_id uuid REFERENCES settlement,
            agreement_version integer,
            fee_share_minor bigint,
            commission_minor bigint,
            vat_minor bigint
        )
        """
    )
    op.execute(
        "CREATE INDEX ix_accrual_line_open ON accrual_line (creditor_id, currency, account_id)"
        " WHERE settlement_id IS NULL AND (allocated_minor <> 0 OR kind = 'DEFERRAL')"
    )
    op.execute("CREATE INDEX ix_accrual_line_settlement_id ON accrual_line (settlement_id)")
    op.execute(
        """
        CREATE TABLE settlement_run (
            creditor_id uuid NOT NULL,
            currency text NOT NULL,
            account_id text NOT NULL,
            run_date date NOT NULL,
            PRIMARY KEY (creditor_id, currency, account_id, run_date)
        )
        """
    )
    op.execute("CREATE TABLE settlement_counter (counter_date date PRIMARY KEY, last integer NOT NULL)")
    op.execute(
        """
        CREATE TABLE payment_order (
            message_id text PRIMARY KEY,
            account_id text NOT NULL,
            order_date date NOT NULL,
            sequence integer NOT NULL,
            status text NOT NULL,
            content bytea NOT NULL,
            UNIQUE (account_id, order_date, sequence)
        )
        """
    )
    op.execute("CREATE INDEX ix_payment_order_written ON payment_order (order_date) WHERE status = 'WRITTEN'")
    op.execute(
        """
        CREATE TABLE payout (
            payout_id uuid PRIMARY KEY,
            settlement_id uuid NOT NULL REFERENCES settlement,
            creditor_id uuid NOT NULL,
            kind text NOT NULL,
            attempt integer NOT NULL,
            account_id text NOT NULL,
            amount_minor bigint NOT NULL CHECK (amount_minor > 0),
            currency text NOT NULL,
            iban text NOT NULL,
            bic text,
            name text NOT NULL,
            end_to_end_id text NOT NULL UNIQUE,
            initiated_date date NOT NULL,
            status text NOT NULL,
            message_id text REFERENCES payment_order,
            booking_date date,
            failed_date date,
            reason text,
            UNIQUE (settlement_id, kind, attempt)
        )
        """
    )
    op.execute("CREATE INDEX ix_payout_message_id ON payout (message_id)")
    op.execute("CREATE INDEX ix_payout_unordered ON payout (initiated_date) WHERE message_id IS NULL")
    op.execute("CREATE INDEX ix_payout_failed ON payout (failed_date) WHERE failed_date IS NOT NULL")
    op.execute(
        """
        CREATE TABLE bank_message (
            name text NOT NULL,
            sha256 text NOT NULL,
            message_kind text NOT NULL,
            refused text,
            read_date date NOT NULL,
            PRIMARY KEY (name, sha256)
        )
        """
    )
