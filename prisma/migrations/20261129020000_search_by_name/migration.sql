-- The search of the console and its palette: clients and SROs by the start of their name.

CREATE INDEX client_name_start ON client (lower(name) text_pattern_ops) WHERE lower(name) IS NOT NULL;
CREATE INDEX sro_appointment_name_start ON sro_appointment (lower(name) text_pattern_ops) WHERE lower(name) IS NOT NULL;
