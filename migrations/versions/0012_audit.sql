-- role: master
-- The parameters load pgaudit and say what it writes down; this makes its event triggers, without which a DDL statement
-- is recorded without the names of what it changed. A PostgreSQL of one's own may lack it, Aurora must not.

DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pgaudit') THEN
        CREATE EXTENSION IF NOT EXISTS pgaudit;
    ELSIF EXISTS (SELECT FROM pg_proc WHERE proname = 'aurora_version') THEN
        RAISE EXCEPTION 'this Aurora has no pgaudit, and so no audit trail; choose another engine version';
    END IF;
END
$$;
