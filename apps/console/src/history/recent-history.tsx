import { Link, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink } from 'react-router-dom';
import { callRoute } from '../api/call-route.js';
import { Section } from '../parts/facts.js';
import { filtered } from '../parts/list/filter-texts.js';
import { Loaded } from '../parts/load-state.js';
import { Entry } from './history-entry.js';

const SHOWN = 5;

interface Props {
  readonly filter:
    | { readonly organisation: string }
    | { readonly application: string }
    | { readonly client: string; readonly environment: string };
}

/** The last changes of one organisation, application or client, on its page. */
export function RecentHistory({ filter }: Props) {
  const query = useQuery({
    queryKey: ['history', filter],
    queryFn: () => callRoute('historyList', { query: { ...filter, limit: SHOWN } }),
  });
  return (
    <Section title="History">
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Typography>Nothing has changed yet.</Typography>
          ) : (
            items.map((entry) => <Entry key={entry.id} entry={entry} isFolded />)
          )
        }
      </Loaded>
      <Link component={RouterLink} to={filtered('/history', filter)}>
        View all history
      </Link>
    </Section>
  );
}
