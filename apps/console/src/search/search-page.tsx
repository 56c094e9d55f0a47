/** What one text finds: organisations, applications, requests. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { searchText } from '@gatehouse/contracts/registry/search-routes';
import { Box, Card, CardContent, Link, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Title } from 'react-admin';
import { Link as RouterLink, useLocation } from 'react-router-dom';
import { callRoute } from '../api/call-route.js';
import { useMay } from '../api/use-may.js';
import { SearchField } from './search-field.js';

type Hit = AnswerOf<'search'>['hits'][number];

const PAGE_OF: Readonly<Record<Hit['type'], (id: string) => string>> = {
  organisation: (id) => `/organisations/${id}/show`,
  application: (id) => `/applications/${id}/show`,
  request: (id) => `/requests/${id}`,
};

export default function SearchPage() {
  const { state } = useLocation() as { state: { q?: unknown } | null };
  const q = typeof state?.q === 'string' ? state.q : '';
  return (
    <Box sx={{ pt: 2 }}>
      <Title title="Search" />
      <Typography variant="h1" sx={{ mb: 2 }}>
        Search
      </Typography>
      <SearchField key={q} initial={q} />
      <Typography color="text.secondary" sx={{ my: 1 }}>
        An ODS code, the start of an organisation’s name, an ASID, the first six characters of an API key or
        its last four, the id of an application, a correlation id or an attempt id. Never an NHS number: the
        audit search is for those.
      </Typography>
      {q === '' ? null : <Found q={q} />}
    </Box>
  );
}

/** A text that the gateway would refuse, an NHS number above all, is not sent. */
function Found({ q }: { readonly q: string }) {
  const maySearchPatients = useMay('auditSearch');
  const read = searchText.safeParse(q);
  const { data, error } = useQuery({
    queryKey: ['search', q],
    queryFn: () => callRoute('search', { query: { q } }),
    enabled: read.success,
  });
  if (!read.success) {
    return (
      <Typography role="alert">
        {read.error.issues[0]?.message}
        {maySearchPatients ? (
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
  if (error !== null) return <Typography role="alert">{error.message}</Typography>;
  if (data === undefined) return <Typography role="status">Looking …</Typography>;
  return (
    <>
      <Typography role="status" sx={{ mb: 1 }}>
        {data.hits.length === 0
          ? 'Nothing is found, or it is out of your reach.'
          : `${data.hits.length} found.`}
      </Typography>
      {data.hits.map(({ type, id, title, detail, matched }) => (
        <Card key={`${type} ${id} ${matched}`} sx={{ mb: 1 }}>
          <CardContent>
            <Link component={RouterLink} to={PAGE_OF[type](id)} sx={{ overflowWrap: 'anywhere' }}>
              {title}
            </Link>
            <Typography color="text.secondary" sx={{ overflowWrap: 'anywhere' }}>
              {type}, by {matched}: {detail}
            </Typography>
          </CardContent>
        </Card>
      ))}
    </>
  );
}
