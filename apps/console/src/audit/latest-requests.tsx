import type { RequestOf } from '@gatehouse/contracts/routes';
import { Box, Link, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink } from 'react-router-dom';
import { callRoute } from '../api/call-route.js';
import { Section } from '../parts/facts.js';
import { exactMoment } from '../parts/dates.js';
import { filtered } from '../parts/list/filter-texts.js';
import { Loaded } from '../parts/load-state.js';
import { StateTag } from '../parts/state-tag.js';
import { type AuditRow, hrefOf } from './columns.js';
import { outcomeText, requestText } from './explorer/line-words.js';

const SHOWN = 10;

interface Props {
  readonly filter: Pick<
    RequestOf<'auditList'>['query'],
    'organisation' | 'applicationId' | 'client' | 'environment'
  >;
}

/** The newest requests of an organisation, application or client, on its page. */
export function LatestRequests({ filter }: Props) {
  const query = useQuery({
    queryKey: ['latest-requests', filter],
    queryFn: () => callRoute('auditList', { query: { ...filter, kind: 'REQUEST', limit: SHOWN } }),
  });
  return (
    <Section title="Requests">
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Typography>There are no requests yet.</Typography>
          ) : (
            items.map((line) => <Line key={String(line['attemptId'])} line={line} />)
          )
        }
      </Loaded>
      <Link component={RouterLink} to={filtered('/audit', filter)}>
        View all requests
      </Link>
    </Section>
  );
}

function Line({ line }: { readonly line: AuditRow }) {
  const outcome = line['outcome'];
  return (
    <Box sx={{ py: 0.5, overflowWrap: 'anywhere' }}>
      <Link component={RouterLink} to={hrefOf(String(line['attemptId']), line)}>
        {exactMoment(String(line['startedAt']))}
      </Link>{' '}
      {requestText(line)} {typeof outcome === 'string' ? <StateTag state={outcome} /> : 'Not known yet'}{' '}
      {outcomeText(line)}
    </Box>
  );
}
