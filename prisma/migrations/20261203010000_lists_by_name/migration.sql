-- Clients, appointments and staff by name: the name, then the key by which pages follow each other.

CREATE INDEX client_name ON client (name, environment);
CREATE INDEX sro_appointment_name ON sro_appointment (name, id);
CREATE INDEX staff_name ON staff (name, id);
