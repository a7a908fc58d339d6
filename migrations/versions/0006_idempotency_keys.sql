-- The same request sent twice is carried out once: the first one stores its answer under the client's key.

CREATE TABLE payments.idempotency_keys (
    client_id uuid NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    request_sha256 bytea NOT NULL CHECK (length(request_sha256) = 32),
    -- HTTP's status codes have three digits.
    -- squawk-ignore prefer-bigint-over-smallint
    response_status smallint CHECK (response_status BETWEEN 100 AND 599),
    response_body jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    completed_at timestamptz,
    PRIMARY KEY (client_id, key),
    CHECK ((response_status IS NULL) = (completed_at IS NULL)),
    CHECK (response_body IS NULL OR response_status IS NOT NULL)
);
COMMENT ON TABLE payments.idempotency_keys IS 'Requests by the client''s key, with the answer once there is one.';
COMMENT ON COLUMN payments.idempotency_keys.request_sha256 IS 'A second request with this key must have the same one.';
CREATE INDEX idempotency_keys_by_age ON payments.idempotency_keys (created_at);

CREATE FUNCTION payments.check_idempotency_key() RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
    IF (NEW.client_id, NEW.key, NEW.request_sha256, NEW.created_at)
        <> (OLD.client_id, OLD.key, OLD.request_sha256, OLD.created_at) THEN
        RAISE EXCEPTION 'an idempotency key keeps its request' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.completed_at IS NOT NULL THEN
        RAISE EXCEPTION 'the answer to an idempotency key is final' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER check_idempotency_key BEFORE UPDATE ON payments.idempotency_keys
    FOR EACH ROW EXECUTE FUNCTION payments.check_idempotency_key();
