-- Double-entry ledger: an entry is a set of postings whose amounts add up to zero in each currency. A debit is positive,
-- a credit negative. Nothing in it is ever changed; a mistake is corrected by an entry that reverses it.

CREATE TABLE payments.accounts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[a-z0-9_]+(:[a-z0-9_-]+)*$'),
    kind text NOT NULL CHECK (kind IN ('asset', 'liability', 'equity', 'income', 'expense')),
    currency text NOT NULL REFERENCES payments.currencies (code),
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL DEFAULT payments.actor(),
    UNIQUE (id, currency)
);
COMMENT ON TABLE payments.accounts IS 'Accounts of the ledger, each in one currency.';
COMMENT ON COLUMN payments.accounts.code IS 'Readable name, for example merchant:0f3c:payable.';

CREATE TABLE payments.journal_entries (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    description text NOT NULL CHECK (description <> ''),
    payment_id uuid REFERENCES payments.payments (id),
    refund_id uuid REFERENCES payments.refunds (id),
    reverses_id bigint UNIQUE REFERENCES payments.journal_entries (id),
    made_in xid8 NOT NULL DEFAULT pg_current_xact_id(),
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL DEFAULT payments.actor(),
    CONSTRAINT is_about_one_thing CHECK (num_nonnulls(payment_id, refund_id) <= 1)
);
COMMENT ON TABLE payments.journal_entries IS 'One booking: its postings come in the same transaction, or never.';
COMMENT ON COLUMN payments.journal_entries.reverses_id IS 'The entry that this one takes back, posting by posting; once at most.';
COMMENT ON COLUMN payments.journal_entries.made_in IS 'The transaction that made it, after which it is closed.';
CREATE INDEX journal_entries_by_payment ON payments.journal_entries (payment_id);
CREATE INDEX journal_entries_by_refund ON payments.journal_entries (refund_id);

CREATE TABLE payments.postings (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry_id bigint NOT NULL REFERENCES payments.journal_entries (id),
    account_id bigint NOT NULL,
    amount bigint NOT NULL CHECK (amount <> 0),
    currency text NOT NULL,
    FOREIGN KEY (account_id, currency) REFERENCES payments.accounts (id, currency)
);
COMMENT ON TABLE payments.postings IS 'One line of an entry: an amount on an account.';
COMMENT ON COLUMN payments.postings.amount IS 'In the currency''s minor unit; a debit is positive, a credit negative.';
CREATE INDEX postings_by_entry ON payments.postings (entry_id);
CREATE INDEX postings_by_account ON payments.postings (account_id, id);

REVOKE INSERT, UPDATE, DELETE ON payments.accounts, payments.journal_entries, payments.postings FROM payments_app;
GRANT INSERT (code, kind, currency) ON payments.accounts TO payments_app;
GRANT INSERT (description, payment_id, refund_id, reverses_id) ON payments.journal_entries TO payments_app;
GRANT INSERT (entry_id, account_id, amount, currency) ON payments.postings TO payments_app;

-- At the end of the transaction, when the entry has all its postings. Both tables ask for it: SET CONSTRAINTS can bring
-- the entry's own check forward, and postings may follow it.
CREATE FUNCTION payments.check_entry_is_balanced() RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $$
DECLARE
    entry bigint;
    unbalanced record;
    reversed bigint;
BEGIN
    IF TG_TABLE_NAME = 'postings' THEN
        entry := NEW.entry_id;
    ELSE
        entry := NEW.id;
    END IF;
    SELECT currency, sum(amount) AS amount INTO unbalanced
    FROM payments.postings WHERE entry_id = entry GROUP BY currency HAVING sum(amount) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'journal entry % is not balanced: its postings in % add up to %',
            entry, unbalanced.currency, unbalanced.amount USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM payments.postings WHERE entry_id = entry) THEN
        RAISE EXCEPTION 'journal entry % has no postings', entry USING ERRCODE = 'check_violation';
    END IF;
    SELECT reverses_id INTO reversed FROM payments.journal_entries WHERE id = entry;
    IF reversed IS NOT NULL AND EXISTS (
        SELECT FROM payments.postings WHERE entry_id IN (entry, reversed) GROUP BY account_id HAVING sum(amount) <> 0
    ) THEN
        RAISE EXCEPTION 'journal entry % does not take back all of entry %', entry, reversed
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER entry_is_balanced AFTER INSERT ON payments.journal_entries
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments.check_entry_is_balanced();
CREATE CONSTRAINT TRIGGER entry_is_balanced AFTER INSERT ON payments.postings
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments.check_entry_is_balanced();

-- Postings only join an entry of their own transaction: the past stays closed.
CREATE FUNCTION payments.check_entry_is_open() RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
    IF EXISTS (
        SELECT FROM payments.journal_entries WHERE id = NEW.entry_id AND made_in <> pg_current_xact_id()
    ) THEN
        RAISE EXCEPTION 'journal entry % is closed', NEW.entry_id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER entry_is_open BEFORE INSERT ON payments.postings
    FOR EACH ROW EXECUTE FUNCTION payments.check_entry_is_open();

CREATE TRIGGER is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payments.accounts
    FOR EACH STATEMENT EXECUTE FUNCTION payments.refuse_change('open another account');
CREATE TRIGGER is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payments.journal_entries
    FOR EACH STATEMENT EXECUTE FUNCTION payments.refuse_change('write a reversing entry');
CREATE TRIGGER is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payments.postings
    FOR EACH STATEMENT EXECUTE FUNCTION payments.refuse_change('write a reversing entry');
