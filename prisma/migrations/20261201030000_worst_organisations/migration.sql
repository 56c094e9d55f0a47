-- gatehouse: indexes built while the gateway serves
-- The organisations with the most rejected and failed requests are found among the few rows of such requests. Run by the
-- owner. The index has no `count`, so that adding to one moves no row.

CREATE INDEX hour_total_unsuccessful ON audit_search.hour_total (hour, ods_code)
  WHERE outcome <> 'COMPLETED' AND ods_code <> '*';
