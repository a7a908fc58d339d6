-- No card data, held by the database: 12 to 19 digits, also in groups, are refused as a provider's reference. Refunds
-- follow in a revision of their own: both locks in one transaction could wait in a circle with a refund being written.
ALTER TABLE payments.payments
    ADD CONSTRAINT payments_reference_is_no_card_number
    CHECK (provider_reference !~ '^[0-9]([ -]?[0-9]){11,18}$') NOT VALID;
COMMENT ON COLUMN payments.payments.provider_reference IS
    'The payment provider''s own id, with a prefix where it is 12 to 19 digits alone; a card number is refused.';
