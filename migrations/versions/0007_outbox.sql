-- Transactional outbox: an event is written in the transaction that causes it, and sent to the queue afterwards.

CREATE SEQUENCE payments.outbox_ids;
CREATE TABLE payments.outbox (
    id bigint PRIMARY KEY,
    event_id uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    event_type text NOT NULL CHECK (event_type ~ '^[a-z_]+\.[a-z_]+$'),
    aggregate_id uuid NOT NULL,
    payload jsonb NOT NULL CHECK (jsonb_typeof(payload) = 'object'),
    created_at timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz CHECK (published_at >= created_at)
);
ALTER SEQUENCE payments.outbox_ids OWNED BY payments.outbox.id;
COMMENT ON TABLE payments.outbox IS 'Events for the queue; the worker sends those that are not published, in the order of id.';
COMMENT ON COLUMN payments.outbox.id IS 'Events of one aggregate are numbered in the order of their commits.';
COMMENT ON COLUMN payments.outbox.event_id IS 'The receiver drops an event whose id it has seen.';
COMMENT ON COLUMN payments.outbox.event_type IS 'For example payment.captured.';

REVOKE INSERT, UPDATE ON payments.outbox FROM payments_app;
GRANT INSERT (event_id, event_type, aggregate_id, payload), UPDATE (published_at) ON payments.outbox TO payments_app;

-- A number from a sequence alone says nothing about commits: 5 may appear after 6 was sent. The lock, held to the end of
-- the transaction and taken before the number, makes two writers for one aggregate follow each other.
CREATE FUNCTION payments.number_event() RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.aggregate_id::text, 0));
    NEW.id := nextval('payments.outbox_ids');
    RETURN NEW;
END
$$;
CREATE TRIGGER number_event BEFORE INSERT ON payments.outbox
    FOR EACH ROW EXECUTE FUNCTION payments.number_event();
CREATE TRIGGER is_kept_until_published BEFORE DELETE ON payments.outbox
    FOR EACH ROW WHEN (OLD.published_at IS NULL) EXECUTE FUNCTION payments.refuse_change('it is not published yet');
