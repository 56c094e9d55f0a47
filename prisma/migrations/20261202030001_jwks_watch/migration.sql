-- Findings about JWKS URLs that do not answer with the keys of the registry. Run by the owner.

ALTER TABLE upkeep_finding DROP CONSTRAINT upkeep_finding_watch_known;
ALTER TABLE upkeep_finding ADD CONSTRAINT upkeep_finding_watch_known CHECK (watch IN (
  'unused-client', 'deprecated-call', 'refused-sign-ins', 'unrecorded-signature', 'signature-log', 'trail-fault', 'jwks'));
