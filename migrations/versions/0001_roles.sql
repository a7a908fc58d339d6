-- role: master
-- Who may do what: payments_migrator owns the schema, payments_app writes rows, payments_readonly reads them.
-- Roles belong to the whole cluster, whose other databases this project does not use.

CREATE ROLE payments_migrator NOLOGIN;
-- The master user acts as the owner in all later revisions.
GRANT payments_migrator TO CURRENT_USER;

-- From PostgreSQL 16 on whoever creates a role is made a member of it, and cannot leave. A member of payments_app would
-- be a member of rds_iam, and such a user logs in with an IAM token only: the master user's password would stop
-- working. So a helper creates the two roles, and takes its memberships with it when it is dropped.
CREATE ROLE payments_role_creator NOLOGIN CREATEROLE;
GRANT payments_role_creator TO CURRENT_USER;
SET LOCAL ROLE payments_role_creator;

CREATE ROLE payments_app LOGIN;
ALTER ROLE payments_app SET search_path = payments;
ALTER ROLE payments_app SET statement_timeout = '30s';
ALTER ROLE payments_app SET lock_timeout = '10s';
-- An open transaction that does nothing holds up migrations and vacuum.
ALTER ROLE payments_app SET idle_in_transaction_session_timeout = '60s';

CREATE ROLE payments_readonly LOGIN;
ALTER ROLE payments_readonly SET search_path = payments;
ALTER ROLE payments_readonly SET default_transaction_read_only = on;
ALTER ROLE payments_readonly SET statement_timeout = '60s';
ALTER ROLE payments_readonly SET idle_in_transaction_session_timeout = '60s';

SET LOCAL ROLE NONE;
DROP ROLE payments_role_creator;

-- No password: both log in with an IAM token, which lasts 15 minutes.
GRANT rds_iam TO payments_app, payments_readonly;

DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO payments_app, payments_readonly', current_database());
END
$$;

-- Everybody could create tables in it before PostgreSQL 15.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

CREATE SCHEMA payments AUTHORIZATION payments_migrator;
GRANT USAGE ON SCHEMA payments TO payments_app, payments_readonly;

-- What the owner makes from now on is reached without a further grant; a table whose rules need less revokes it and
-- grants single columns: what the database fills in by itself cannot be forged then.
ALTER DEFAULT PRIVILEGES FOR ROLE payments_migrator IN SCHEMA payments
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO payments_app;
ALTER DEFAULT PRIVILEGES FOR ROLE payments_migrator IN SCHEMA payments
    GRANT USAGE ON SEQUENCES TO payments_app;
ALTER DEFAULT PRIVILEGES FOR ROLE payments_migrator IN SCHEMA payments
    GRANT SELECT ON TABLES TO payments_readonly;
ALTER DEFAULT PRIVILEGES FOR ROLE payments_migrator REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
