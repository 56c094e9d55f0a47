-- gatehouse: indexes built while the gateway serves
-- The clients with the most rejected and failed requests are found among the few rows of such requests. Run by the owner. The
-- index has no `count`, so that adding to one moves no row.

CREATE INDEX hour_unsuccessful ON audit_search.hour (hour) WHERE outcome <> 'COMPLETED';

-- The worklists that were fetched today.
CREATE INDEX worklist_use_day ON public.worklist_use (day);
