-- Transactional outbox: an event is written in the transaction that causes it, and sent to the queue afterwards.

CREATE TABLE payments.outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    event_type text NOT NULL CHECK (event_type ~ '^[a-z_]+\.[a-z_]+$'),
    aggregate_id uuid NOT NULL,
    payload jsonb NOT NULL CHECK (jsonb_typeof(payload) = 'object'),
    created_at timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz CHECK (published_at >= created_at)
);
COMMENT ON TABLE payments.outbox IS 'Events for the queue; the worker sends those that are not published, oldest first.';
COMMENT ON COLUMN payments.outbox.event_id IS 'The receiver drops an event whose id it has seen.';
COMMENT ON COLUMN payments.outbox.event_type IS 'For example payment.captured.';

CREATE FUNCTION payments.check_outbox() RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
    IF (NEW.id, NEW.event_id, NEW.event_type, NEW.aggregate_id, NEW.payload, NEW.created_at)
        <> (OLD.id, OLD.event_id, OLD.event_type, OLD.aggregate_id, OLD.payload, OLD.created_at) THEN
        RAISE EXCEPTION 'event % is written: only published_at can be set', OLD.event_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER check_outbox BEFORE UPDATE ON payments.outbox
    FOR EACH ROW EXECUTE FUNCTION payments.check_outbox();
