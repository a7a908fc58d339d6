-- The currencies of ISO 4217 in circulation, with the number of digits behind the point: an amount is a count of the
-- currency's smallest unit, and only this number says what it is worth (JPY 500 = 500 yen, EUR 500 = 5.00 euros).

CREATE TABLE payments.currencies (
    code text PRIMARY KEY CHECK (code ~ '^[A-Z]{3}$'),
    -- 0 to 4 for ever.
    -- squawk-ignore prefer-bigint-over-smallint
    minor_unit_digits smallint NOT NULL CHECK (minor_unit_digits BETWEEN 0 AND 4)
);
COMMENT ON TABLE payments.currencies IS 'ISO 4217 currencies in circulation; new ones come by a revision.';
COMMENT ON COLUMN payments.currencies.minor_unit_digits IS 'Digits of the minor unit: 2 for EUR, 0 for JPY, 3 for KWD.';

REVOKE INSERT, UPDATE, DELETE ON payments.currencies FROM payments_app;

INSERT INTO payments.currencies (code, minor_unit_digits)
SELECT code, 2 FROM unnest(string_to_array(
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP '
    'CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES '
    'KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK '
    'NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB '
    'TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG', ' ')) AS code
UNION ALL
SELECT code, 0 FROM unnest(string_to_array(
    'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF', ' ')) AS code
UNION ALL
SELECT code, 3 FROM unnest(string_to_array('BHD IQD JOD KWD LYD OMR TND', ' ')) AS code;

-- Who does something: the application says it (SET LOCAL payments.actor = 'operator:42'), else it is the database user.
CREATE FUNCTION payments.actor() RETURNS text
LANGUAGE sql STABLE
SET search_path = ''
AS $$ SELECT coalesce(nullif(current_setting('payments.actor', true), ''), session_user) $$;
GRANT EXECUTE ON FUNCTION payments.actor() TO payments_app;

CREATE FUNCTION payments.keep_audit_columns() RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
    NEW.created_at := OLD.created_at;
    NEW.created_by := OLD.created_by;
    NEW.updated_at := now();
    NEW.updated_by := payments.actor();
    RETURN NEW;
END
$$;

-- For what no role may do, the owner included; the trigger's argument says what to do instead.
CREATE FUNCTION payments.refuse_change() RETURNS trigger
LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
    RAISE EXCEPTION '% on %.% is refused: %', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_ARGV[0]
        USING ERRCODE = 'restrict_violation';
END
$$;
