-- Notices that a person receives together, once a day. Run by the owner.

ALTER TABLE notice_choice ADD COLUMN daily BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE notice_delivery
  ADD COLUMN daily BOOLEAN NOT NULL DEFAULT FALSE,
  ADD CONSTRAINT notice_delivery_daily_to_person CHECK (NOT daily OR staff_id IS NOT NULL);
