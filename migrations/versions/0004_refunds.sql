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
REVOKE DELETE ON payments.refunds FROM payments_app;

CREATE FUNCTION payments.check_refund() RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $$
DECLARE
    payment payments.payments%ROWTYPE;
    refunded numeric;
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'pending' THEN
            RAISE EXCEPTION 'refund starts as pending, not as %', NEW.state USING ERRCODE = 'check_violation';
        END IF;
        -- The lock on the payment makes two refunds of it wait for each other: the sum below cannot go stale.
        SELECT * INTO payment FROM payments.payments WHERE id = NEW.payment_id FOR UPDATE;
        IF payment.state NOT IN ('captured', 'settled') THEN
            RAISE EXCEPTION 'payment % is %: only a captured or settled one can be refunded', payment.id, payment.state
                USING ERRCODE = 'check_violation';
        END IF;
        SELECT coalesce(sum(amount), 0) INTO refunded
        FROM payments.refunds WHERE payment_id = NEW.payment_id AND state <> 'failed';
        IF refunded + NEW.amount > payment.amount THEN
            RAISE EXCEPTION 'refund of % is too much: % of % are left', NEW.amount, payment.amount - refunded, payment.amount
                USING ERRCODE = 'check_violation';
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
CREATE TRIGGER keep_audit_columns BEFORE UPDATE ON payments.refunds
    FOR EACH ROW EXECUTE FUNCTION payments.keep_audit_columns();
