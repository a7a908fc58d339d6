-- statement_timeout: 5min
-- Reads both tables; the application reads and writes on meanwhile.
ALTER TABLE payments.payments VALIDATE CONSTRAINT payments_reference_is_no_card_number;
ALTER TABLE payments.refunds VALIDATE CONSTRAINT refunds_reference_is_no_card_number;
