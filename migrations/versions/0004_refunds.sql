-- Refunds: any number a payment, together never more than the payment.

CREATE TABLE payments.refunds (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    payment_id uuid NOT NULL REFERENCES payments.payments (id),
    amount bigint NOT NULL CHECK (amount > 0),
    reason text NOT NULL CHECK (reason IN ('requested_by_customer', 'duplicate', 'fraudulent')),
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'succeeded', 'failed')),
    provider_reference text UNIQUE CHECK (length(provider_reference) BETWEEN 1 AND 255),
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL DEFAULT payments.actor(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    updated_by text NOT NULL DEFAULT payments.actor()
);
COMMENT ON TABLE payments.refunds IS 'Money that goes back to the payer, in the currency of the payment.';
COMMENT ON COLUMN payments.refunds.amount IS 'In the minor unit of the payment''s currency.';
CREATE INDEX refunds_by_payment ON payments.refunds (payment_id);

REVOKE INSERT, UPDATE, DELETE ON payments.refunds FROM payments_app;
GRANT INSERT (id, payment_id, amount, reason), UPDATE (state, provider_reference) ON payments.refunds TO payments_app;

CREATE FUNCTION payments.check_refund() RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'pending' THEN
            RAISE EXCEPTION 'refund starts as pending, not as %', NEW.state USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (NEW.id, NEW.payment_id, NEW.amount, NEW.reason) <> (OLD.id, OLD.payment_id, OLD.amount, OLD.reason) THEN
        RAISE EXCEPTION 'refund % keeps its id, payment, amount and reason', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND OLD.state <> 'pending' THEN
        RAISE EXCEPTION 'refund % is final: it is %', OLD.id, OLD.state USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER check_refund BEFORE INSERT OR UPDATE ON payments.refunds
    FOR EACH ROW EXECUTE FUNCTION payments.check_refund();

-- The payment counts its refunds, and its two constraints decide. To count is to write the payment's row: a second
-- refund waits for the first, and at a higher isolation level than READ COMMITTED it fails and is tried again. A sum over
-- the refunds would be stale there. As the owner, since the application cannot write the counter; after the row and not
-- before it, since ON CONFLICT DO NOTHING may yet drop the row.
CREATE FUNCTION payments.count_refund() RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    UPDATE payments.payments
    SET refunded_amount = refunded_amount + CASE TG_OP WHEN 'INSERT' THEN NEW.amount ELSE -NEW.amount END
    WHERE id = NEW.payment_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_refund AFTER INSERT ON payments.refunds
    FOR EACH ROW EXECUTE FUNCTION payments.count_refund();
CREATE TRIGGER count_failed_refund AFTER UPDATE ON payments.refunds
    FOR EACH ROW WHEN (NEW.state = 'failed' AND OLD.state <> 'failed') EXECUTE FUNCTION payments.count_refund();

CREATE TRIGGER keep_audit_columns BEFORE UPDATE ON payments.refunds
    FOR EACH ROW EXECUTE FUNCTION payments.keep_audit_columns();
CREATE TRIGGER is_kept BEFORE DELETE OR TRUNCATE ON payments.refunds
    FOR EACH STATEMENT EXECUTE FUNCTION payments.refuse_change('a refund fails or succeeds, it is not deleted');
