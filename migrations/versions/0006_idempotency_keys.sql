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

REVOKE INSERT, UPDATE ON payments.idempotency_keys FROM payments_app;
GRANT INSERT (client_id, key, request_sha256), UPDATE (response_status, response_body, completed_at)
    ON payments.idempotency_keys TO payments_app;

CREATE TRIGGER answer_is_final BEFORE UPDATE ON payments.idempotency_keys
    FOR EACH ROW WHEN (OLD.completed_at IS NOT NULL) EXECUTE FUNCTION payments.refuse_change('the answer is final');
CREATE TRIGGER is_kept_for_a_day BEFORE DELETE ON payments.idempotency_keys
    FOR EACH ROW WHEN (OLD.created_at > now() - interval '24 hours')
    EXECUTE FUNCTION payments.refuse_change('a client may repeat its request for 24 hours');
