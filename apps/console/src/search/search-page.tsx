/** Search results: whatever in the registry or the audit trail has that name or id. */
import { checkShape } from '@gatehouse/contracts/fault-words';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { isForPatientSearch, searchText } from '@gatehouse/contracts/registry/search-routes';
import { Box, Card, CardContent, Link, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink, useLocation } from 'react-router-dom';
import { callRoute } from '../api/call-route.js';
import { useMay } from '../api/use-may.js';
import { Loaded } from '../parts/load-state.js';
import { counted, sentenceCase } from '../parts/words.js';
import { filtered } from '../parts/list/filter-texts.js';
import { HIT_KINDS } from './hit-kinds.js';
import { SearchField } from './search-field.js';
import { PageTitle } from '../parts/page-title.js';

type Hit = AnswerOf<'search'>['hits'][number];

export default function SearchPage() {
  const { state } = useLocation() as { state: { q?: unknown } | null };
  const q = typeof state?.q === 'string' ? state.q : '';
  return (
    <Box sx={{ pt: 2 }}>
      <PageTitle>Search</PageTitle>
      <Typography variant="h1" sx={{ mb: 2 }}>
        Search
      </Typography>
      <SearchField key={q} initial={q} isInvalid={q !== '' && !searchText.safeParse(q).success} />
      <Typography color="text.secondary" sx={{ my: 1 }}>
        Search by ODS code, the start of the name of an organisation, client or SRO, ASID, key id, the first
        six or last four characters of an API key, CIS2 client id or user id, application id, correlation id,
        attempt id or error code. Do not enter an NHS number here.
      </Typography>
      {q === '' ? null : <Results q={q} />}
    </Box>
  );
}

/** Text that the gateway would reject, above all an NHS number, is not sent. */
function Results({ q }: { readonly q: string }) {
  const maySearchPatients = useMay('auditSearch');
  const checked = checkShape(searchText, q);
  const query = useQuery({
    queryKey: ['search', q],
    queryFn: () => callRoute('search', { query: { q } }),
    enabled: checked.success,
  });
  if (!checked.success) {
    return (
      <Typography role="alert">
        {sentenceCase(checked.error.issues[0]?.message ?? '')}.
        {maySearchPatients && isForPatientSearch(q) ? (
          <>
            {' '}
            <Link component={RouterLink} to="/patient-search">
              Search for a patient
            </Link>
          </>
        ) : null}
      </Typography>
    );
  }
  return (
    <Loaded query={query} loading="Searching">
      {({ hits }) => (
        <>
          <Typography role="status" sx={{ mb: 1 }}>
            {hits.length === 0
              ? 'No results. You may not be allowed to see every organisation.'
              : `${counted(hits.length, 'result')}.`}
          </Typography>
          {hits.map((hit) => (
            <HitCard key={`${hit.type} ${hit.id} ${hit.matched}`} {...hit} />
          ))}
        </>
      )}
    </Loaded>
  );
}

function HitCard({ type, id, title, detail, matched }: Hit) {
  const mayReadAudit = useMay('auditList');
  return (
    <Card sx={{ mb: 1 }}>
      <CardContent>
        <Link component={RouterLink} to={HIT_KINDS[type].page(id)} sx={{ overflowWrap: 'anywhere' }}>
          {title}
        </Link>
        <Typography color="text.secondary" sx={{ overflowWrap: 'anywhere' }}>
          {HIT_KINDS[type].noun}, found by {matched}: {detail}
        </Typography>
        {type === 'user' && mayReadAudit ? (
          <Link component={RouterLink} to={filtered('/audit', { userId: id })}>
            Audit trail of this user
          </Link>
        ) : null}
      </CardContent>
    </Card>
  );
}
