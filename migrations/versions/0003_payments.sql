-- Payments and the moves between their states. No card data: `provider_reference` is the provider's token.

CREATE TABLE payments.payment_transitions (
    from_state text NOT NULL,
    to_state text NOT NULL,
    PRIMARY KEY (from_state, to_state)
);
COMMENT ON TABLE payments.payment_transitions IS 'The moves that a payment can make; a payment starts as created.';
REVOKE INSERT, UPDATE, DELETE ON payments.payment_transitions FROM payments_app;

INSERT INTO payments.payment_transitions (from_state, to_state) VALUES
    ('created', 'authorized'),
    ('created', 'failed'),
    ('created', 'cancelled'),
    ('authorized', 'captured'),
    ('authorized', 'failed'),
    ('authorized', 'cancelled'),
    ('authorized', 'expired'),
    ('captured', 'settled');

CREATE TABLE payments.payments (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    merchant_id uuid NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    currency text NOT NULL REFERENCES payments.currencies (code),
    state text NOT NULL DEFAULT 'created' CHECK (
        state IN ('created', 'authorized', 'captured', 'settled', 'failed', 'cancelled', 'expired')
    ),
    provider_reference text UNIQUE CHECK (length(provider_reference) BETWEEN 1 AND 255),
    refunded_amount bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL DEFAULT payments.actor(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL DEFAULT payments.actor(),
    CONSTRAINT refunded_at_most_the_amount CHECK (refunded_amount BETWEEN 0 AND amount),
    CONSTRAINT refunded_only_when_captured CHECK (refunded_amount = 0 OR state IN ('captured', 'settled'))
);
COMMENT ON TABLE payments.payments IS 'One payment of one payer to one merchant.';
COMMENT ON COLUMN payments.payments.amount IS 'In the currency''s minor unit, for example cents.';
COMMENT ON COLUMN payments.payments.provider_reference IS 'The payment provider''s own id; never a card number.';
COMMENT ON COLUMN payments.payments.refunded_amount IS 'The sum of its refunds that have not failed; kept by them.';
CREATE INDEX payments_by_merchant ON payments.payments (merchant_id, created_at);

REVOKE INSERT, UPDATE, DELETE ON payments.payments FROM payments_app;
GRANT INSERT (id, merchant_id, amount, currency), UPDATE (state, provider_reference) ON payments.payments
    TO payments_app;

CREATE FUNCTION payments.check_payment() RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'created' THEN
            RAISE EXCEPTION 'payment starts as created, not as %', NEW.state USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.id, NEW.merchant_id, NEW.amount, NEW.currency) <> (OLD.id, OLD.merchant_id, OLD.amount, OLD.currency) THEN
        RAISE EXCEPTION 'payment % keeps its id, merchant, amount and currency', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT EXISTS (
        SELECT FROM payments.payment_transitions WHERE from_state = OLD.state AND to_state = NEW.state
    ) THEN
        RAISE EXCEPTION 'payment % cannot go from % to %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER check_payment BEFORE INSERT OR UPDATE ON payments.payments
    FOR EACH ROW EXECUTE FUNCTION payments.check_payment();
CREATE TRIGGER keep_audit_columns BEFORE UPDATE ON payments.payments
    FOR EACH ROW EXECUTE FUNCTION payments.keep_audit_columns();
CREATE TRIGGER is_kept BEFORE DELETE OR TRUNCATE ON payments.payments
    FOR EACH STATEMENT EXECUTE FUNCTION payments.refuse_change('a payment is cancelled, not deleted');
