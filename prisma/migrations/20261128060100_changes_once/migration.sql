-- The same change waits once. The hash stands for the rows it would write and for its secrets.

-- Of several that wait already, the newest stays.
UPDATE pending_change AS older SET state = 'expired'
  WHERE state = 'pending' AND EXISTS (
    SELECT FROM pending_change AS newer
      WHERE newer.state = 'pending' AND newer.diff_hash = older.diff_hash
        AND (newer.requested_at, newer.id) > (older.requested_at, older.id)
  );
CREATE UNIQUE INDEX pending_change_once ON pending_change (diff_hash) WHERE state = 'pending';
