-- Which notices each person has read in the console. Run by the owner.

CREATE TABLE notice_read (
  staff_id  UUID           NOT NULL,
  notice_id UUID           NOT NULL,
  read_at   TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT notice_read_pkey PRIMARY KEY (staff_id, notice_id),
  CONSTRAINT notice_read_staff_id_fkey FOREIGN KEY (staff_id) REFERENCES staff (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT notice_read_notice_id_fkey FOREIGN KEY (notice_id) REFERENCES notice (id) ON DELETE CASCADE ON UPDATE RESTRICT
);
-- A notice that is removed takes these rows with it.
CREATE INDEX notice_read_of_notice ON notice_read (notice_id);
