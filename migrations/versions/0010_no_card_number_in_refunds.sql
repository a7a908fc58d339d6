-- As in 0009, of refunds.
ALTER TABLE payments.refunds
    ADD CONSTRAINT refunds_reference_is_no_card_number
    CHECK (provider_reference !~ '^[0-9]([ -]?[0-9]){11,18}$') NOT VALID;
COMMENT ON COLUMN payments.refunds.provider_reference IS
    'The payment provider''s own id, with a prefix where it is 12 to 19 digits alone; a card number is refused.';
