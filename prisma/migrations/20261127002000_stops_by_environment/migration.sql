-- A client of the same name in another environment is another client.
DROP INDEX emergency_stop_one_standing;
CREATE UNIQUE INDEX emergency_stop_one_standing ON emergency_stop (kind, target, coalesce(environment, ''))
  WHERE lifted_at IS NULL;
