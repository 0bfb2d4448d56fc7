-- An SMSC inside the department may show a certificate of its own authority.
ALTER TABLE sms_gateways ADD COLUMN certificate TEXT;
