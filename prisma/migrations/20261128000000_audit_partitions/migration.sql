-- Monthly partitions of the audit trail are made ahead, and a month that began in the default partition is moved into
-- its own (docs/audit.md). Run by the owner. The running role is named by the setting `gatehouse.running_role`.

-- Whether the month (its first day, UTC) has partitions of its own that take part in the trail.
CREATE FUNCTION audit.has_partition(month date) RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
  SELECT count(*) = 2
  FROM pg_inherits
  WHERE inhrelid IN (
    to_regclass('audit.event_' || to_char(month, 'YYYYMM')),
    to_regclass('audit.subject_' || to_char(month, 'YYYYMM'))
  )
$$;

-- Copies up to `most` records of the month, with their subjects, from the default partition into the table that will
-- become the month's own. A chain's records become visible in the order of their sequence numbers, so the highest one
-- copied says where to go on. Returns the number of records copied.
CREATE FUNCTION audit.copy_from_default(month date, most bigint) RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  suffix text := to_char(month, 'YYYYMM');
  lower_bound timestamptz := month::timestamp AT TIME ZONE 'UTC';
  upper_bound timestamptz := (month + interval '1 month')::timestamp AT TIME ZONE 'UTC';
  chain uuid;
  copied bigint;
  total bigint := 0;
BEGIN
  FOR chain IN SELECT writer FROM audit.writer ORDER BY writer LOOP
    EXIT WHEN total >= most;
    EXECUTE format($copy$
      WITH moved AS (
        INSERT INTO audit.%1$I (writer, seq, started_at, kind, attempt_id, prev_hash, hash, record)
        SELECT writer, seq, started_at, kind, attempt_id, prev_hash, hash, record
        FROM audit.event_default
        WHERE writer = $1 AND started_at >= $2 AND started_at < $3
          AND seq > (SELECT coalesce(max(seq), 0) FROM audit.%1$I WHERE writer = $1)
        ORDER BY seq
        LIMIT $4
        RETURNING attempt_id, kind, started_at
      ), with_subjects AS (
        INSERT INTO audit.%2$I
        SELECT subject.*
        FROM moved JOIN audit.subject_default subject
          ON subject.attempt_id = moved.attempt_id AND subject.event_kind = moved.kind
          AND subject.started_at = moved.started_at
      )
      SELECT count(*) FROM moved
    $copy$, 'event_' || suffix, 'subject_' || suffix)
      INTO copied USING chain, lower_bound, upper_bound, most - total;
    total := total + copied;
  END LOOP;
  RETURN total;
END $$;

-- Makes the table that will become the partition of the month. Its CHECK lets it be attached without being read.
CREATE FUNCTION audit.prepare_partition(parent text, month date) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  part text := parent || '_' || to_char(month, 'YYYYMM');
  lower_bound timestamptz := month::timestamp AT TIME ZONE 'UTC';
  upper_bound timestamptz := (month + interval '1 month')::timestamp AT TIME ZONE 'UTC';
BEGIN
  IF to_regclass('audit.' || part) IS NOT NULL THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE audit.%I (LIKE audit.%I INCLUDING ALL, CONSTRAINT in_month CHECK (started_at >= %L AND started_at < %L))',
    part, parent, lower_bound, upper_bound);
  EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON audit.%I EXECUTE FUNCTION audit.refuse_change()', part);
END $$;

CREATE FUNCTION audit.attach_partition(parent text, month date) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  part text := parent || '_' || to_char(month, 'YYYYMM');
BEGIN
  IF EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('audit.' || part)) THEN RETURN; END IF;
  EXECUTE format('ALTER TABLE audit.%I ATTACH PARTITION audit.%I FOR VALUES FROM (%L) TO (%L)',
    parent, part, month::timestamp AT TIME ZONE 'UTC', (month + interval '1 month')::timestamp AT TIME ZONE 'UTC');
  EXECUTE format('ALTER TABLE audit.%I DROP CONSTRAINT in_month', part);
END $$;

-- One step of keeping the partitions: makes those of the month of `moment` and of the next three, then copies a slice
-- of the default partition, or, when all of it is copied, puts the copies in its place. The last step takes the lock
-- for as long as it takes to copy what was written meanwhile, to count, and to empty the default partition.
-- Returns 'complete' when nothing is left, 'copied' or 'moved' when there may be, 'busy' when a lock was not to be had.
-- An export that began before the last step may end with a gap, which the verifier reports.
CREATE FUNCTION audit.keep_partitions_at(moment timestamptz) RETURNS text LANGUAGE plpgsql SET search_path = pg_catalog AS $$
DECLARE
  slice CONSTANT bigint := 2000;
  month date := date_trunc('month', moment AT TIME ZONE 'UTC')::date;
  months date[];
  copied bigint := 0;
  lost bigint;
BEGIN
  IF NOT pg_try_advisory_xact_lock(72707370) THEN RETURN 'busy'; END IF;
  PERFORM set_config('lock_timeout', '1s', true);

  WITH RECURSIVE step(at) AS (
    SELECT min(started_at) FROM audit.event_default
    UNION ALL
    SELECT (
      SELECT min(started_at) FROM audit.event_default
      WHERE started_at >= (date_trunc('month', step.at AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC'
    )
    FROM step WHERE step.at IS NOT NULL
  )
  SELECT array_agg(date_trunc('month', at AT TIME ZONE 'UTC')::date ORDER BY at) INTO months FROM step WHERE at IS NOT NULL;

  FOR ahead IN 0..3 LOOP
    CONTINUE WHEN (month + make_interval(months => ahead))::date = ANY (months);
    CONTINUE WHEN audit.has_partition((month + make_interval(months => ahead))::date);
    PERFORM audit.prepare_partition(parent, (month + make_interval(months => ahead))::date),
            audit.attach_partition(parent, (month + make_interval(months => ahead))::date)
    FROM unnest(ARRAY['event', 'subject']) AS parent;
  END LOOP;
  IF months IS NULL THEN RETURN 'complete'; END IF;

  FOREACH month IN ARRAY months LOOP
    PERFORM audit.prepare_partition(parent, month) FROM unnest(ARRAY['event', 'subject']) AS parent;
    copied := copied + audit.copy_from_default(month, slice - copied);
  END LOOP;
  IF copied >= slice THEN RETURN 'copied'; END IF;

  LOCK TABLE audit.event_default, audit.subject_default IN ACCESS EXCLUSIVE MODE;
  SELECT count(*) INTO lost FROM audit.event_default
  WHERE date_trunc('month', started_at AT TIME ZONE 'UTC')::date <> ALL (months);
  IF lost > 0 THEN RETURN 'copied'; END IF;
  SELECT (SELECT count(*) FROM audit.event_default) + (SELECT count(*) FROM audit.subject_default) INTO lost;
  FOREACH month IN ARRAY months LOOP
    PERFORM audit.copy_from_default(month, 9223372036854775807);
    EXECUTE format('SELECT $1 - (SELECT count(*) FROM audit.%I) - (SELECT count(*) FROM audit.%I)',
      'event_' || to_char(month, 'YYYYMM'), 'subject_' || to_char(month, 'YYYYMM'))
      INTO lost USING lost;
  END LOOP;
  IF lost <> 0 THEN
    RAISE EXCEPTION 'the copies of the default partition differ from it by % rows; nothing was moved', lost;
  END IF;
  ALTER TABLE audit.event_default DISABLE TRIGGER no_truncate;
  ALTER TABLE audit.subject_default DISABLE TRIGGER no_truncate;
  TRUNCATE audit.event_default, audit.subject_default;
  ALTER TABLE audit.event_default ENABLE TRIGGER no_truncate;
  ALTER TABLE audit.subject_default ENABLE TRIGGER no_truncate;
  FOREACH month IN ARRAY months LOOP
    PERFORM audit.attach_partition(parent, month) FROM unnest(ARRAY['event', 'subject']) AS parent;
  END LOOP;
  RETURN 'moved';
EXCEPTION WHEN lock_not_available THEN
  RETURN 'busy';
END $$;

-- What the running role may call: no argument, so that it can make nothing but the partitions of now.
CREATE FUNCTION audit.keep_partitions() RETURNS text LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT audit.keep_partitions_at(now())
$$;

-- How many months in a row, from the current one on, have partitions of their own.
CREATE FUNCTION audit.partitions_ahead() RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT count(*)::int
  FROM (
    SELECT bool_and(audit.has_partition((date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => ahead))::date))
      OVER (ORDER BY ahead) AS unbroken
    FROM generate_series(0, 12) AS ahead
  ) AS months
  WHERE unbroken
$$;

DROP FUNCTION audit.ensure_partition(date);

REVOKE EXECUTE ON FUNCTION audit.has_partition(date), audit.copy_from_default(date, bigint),
  audit.prepare_partition(text, date), audit.attach_partition(text, date), audit.keep_partitions_at(timestamptz),
  audit.keep_partitions(), audit.partitions_ahead() FROM PUBLIC;
DO $$
BEGIN
  EXECUTE format('GRANT EXECUTE ON FUNCTION audit.keep_partitions(), audit.partitions_ahead() TO %I',
    current_setting('gatehouse.running_role'));
END $$;
