-- transaction: off
-- What the worker asks for all the time; it stays small, since a published event leaves it.
CREATE INDEX CONCURRENTLY outbox_unpublished ON payments.outbox (id) WHERE published_at IS NULL;
