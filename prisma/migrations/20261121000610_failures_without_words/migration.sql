-- What a mail server said when it refused may repeat an address: of earlier failures only that there was one is kept.
UPDATE outbox SET last_error = 'failed' WHERE channel <> 'inbox' AND last_error IS NOT NULL AND last_error NOT IN ('noRecipient', 'noAddress');
