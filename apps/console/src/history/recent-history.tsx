import { Link, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink } from 'react-router-dom';
import { callRoute } from '../api/call-route.js';
import { Section } from '../parts/facts.js';
import { Entry } from './history-entry.js';

const SHOWN = 5;

/** The last changes of one organisation or application, on its page. */
export function RecentHistory({ of }: { readonly of: { organisation: string } | { application: string } }) {
  const { data, error } = useQuery({
    queryKey: ['history', of],
    queryFn: () => callRoute('historyList', { query: { ...of, limit: SHOWN } }),
  });
  return (
    <Section title="History">
      {error === null ? null : <Typography role="alert">{error.message}</Typography>}
      {data === undefined && error === null ? <Typography role="status">Loading …</Typography> : null}
      {data?.items.length === 0 ? <Typography>Nothing was changed yet.</Typography> : null}
      {data?.items.map((entry) => (
        <Entry key={entry.id} entry={entry} folded />
      ))}
      <Link component={RouterLink} to={`/history?filter=${encodeURIComponent(JSON.stringify(of))}`}>
        The whole history
      </Link>
    </Section>
  );
}
