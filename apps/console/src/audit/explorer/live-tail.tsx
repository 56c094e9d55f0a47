/** The newest records as they are written. It never extends the session; its beginning and its end are recorded. */
import { Alert, Box, Button, Typography } from '@mui/material';
import { useEffect, useState } from 'react';
import { useListContext } from 'react-admin';
import { pollRouteForLines } from '../../api/call-route.js';
import type { ConsoleRecord } from '../../api/data-provider.js';
import { messageOf } from '../../api/problem-error.js';
import { secondOf } from '../../parts/dates.js';
import { RecordRows } from '../../parts/list/record-rows.js';
import { counted } from '../../parts/words.js';
import { type AuditRow, EVENT_COLUMNS, hrefOf, REQUEST_COLUMNS } from '../columns.js';
import { liveFilter, type LiveLine, newerThan, withRecord } from './live-lines.js';
import { type Filter, isOfEvents } from './quick-filters.js';

interface Props {
  readonly onClose: () => void;
}

export default function LiveTail({ onClose }: Props) {
  const list = useListContext<ConsoleRecord>();
  const query = liveFilter(list.filterValues as Filter);
  // Another filter is another view.
  return <View key={JSON.stringify(query)} query={query} onClose={onClose} />;
}

function View({ query, onClose }: Props & { readonly query: Filter }) {
  const { lines, asOf, ended } = useLines(query);
  const [held, setHeld] = useState<readonly LiveLine[] | null>(null);
  const shown = held ?? lines;
  const newer = held === null ? 0 : newerThan(held, lines);
  return (
    <Box component="section" aria-label="Live view" sx={{ mb: 3 }}>
      <Typography variant="h2" gutterBottom>
        Live view
      </Typography>
      {ended === null ? null : (
        <Alert severity="info" sx={{ mb: 1 }}>
          {ended}
        </Alert>
      )}
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center', mb: 1 }}>
        <Typography color="text.secondary">
          {asOf === null ? 'Connecting …' : stateText(asOf, held, newer)}
        </Typography>
        <Button
          size="small"
          variant="outlined"
          onClick={() => {
            setHeld(held === null ? lines : null);
          }}
        >
          {held === null ? 'Pause' : 'Resume'}
        </Button>
        <Button size="small" onClick={onClose}>
          Close the live view
        </Button>
      </Box>
      {shown.length === 0 ? (
        <Typography>New records appear here as they are written.</Typography>
      ) : (
        <RecordRows<AuditRow>
          data={shown}
          isOneLine
          href={hrefOf}
          columns={isOfEvents(query) ? EVENT_COLUMNS : REQUEST_COLUMNS}
        />
      )}
    </Box>
  );
}

function stateText(asOf: string, held: readonly LiveLine[] | null, newer: number): string {
  const time = `As of ${secondOf(asOf)}`;
  if (held === null) return `${time}, London time.`;
  return newer === 0 ? `${time}. Paused.` : `${time}. Paused: ${counted(newer, 'newer record')}.`;
}

/** The lines of one view, as of when, and why it has ended; it ends with the page. */
function useLines(query: Filter) {
  const [lines, setLines] = useState<readonly LiveLine[]>([]);
  const [asOf, setAsOf] = useState<string | null>(null);
  const [ended, setEnded] = useState<string | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    const onHeard = (): void => {
      setAsOf(new Date().toISOString());
    };
    const follow = async (): Promise<void> => {
      const request = { query, signal: stop.signal, onHeard };
      for await (const record of pollRouteForLines('auditFollow', request))
        setLines((known) => withRecord(known, record));
      setEnded(
        'The live view has ended: your session has ended, your role has changed, or Gatehouse is being restarted. Close it and open it again.',
      );
    };
    follow().catch((error: unknown) => {
      if (!stop.signal.aborted) setEnded(messageOf(error));
    });
    return () => {
      stop.abort();
    };
    // The key of the view changes with the query.
  }, []);
  return { lines, asOf, ended };
}
