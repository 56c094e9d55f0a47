-- How much of an application's rate a client has beside others that wait for it. Run by the owner.

ALTER TABLE client ADD COLUMN rate_share TEXT NOT NULL DEFAULT 'single'
  CONSTRAINT client_rate_share_known CHECK (rate_share IN ('single', 'double', 'fourfold'));
