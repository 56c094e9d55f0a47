import { Box, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useGetOne } from 'react-admin';
import { useSearchParams } from 'react-router-dom';
import { callRoute } from '../api/call-route.js';
import type { ConsoleRecord } from '../api/data-provider.js';
import { PendingChanges } from '../changes/pending-changes.js';
import { PageTrail } from '../layout/page-trail.js';
import { Loaded } from '../parts/load-state.js';
import { MessageSetEditor } from './message-set-editor.js';
import { PageTitle } from '../parts/page-title.js';

/** The message set of the name in the address, or a new one. */
export default function MessageSetPage() {
  const [search] = useSearchParams();
  const name = search.get('name');
  const heading = name === null ? 'Create a message set' : `Message set ${name}`;
  return (
    <Box sx={{ pt: 2 }}>
      <PageTrail list="/message-sets" />
      <PageTitle>{heading}</PageTitle>
      <Typography variant="h1" sx={{ mb: 2, overflowWrap: 'anywhere' }}>
        {heading}
      </Typography>
      {name === null ? null : <PendingChanges about={{ messageSet: name }} />}
      {name === null ? <WithCatalogue name={null} before={[]} /> : <ExistingSet key={name} name={name} />}
    </Box>
  );
}

function ExistingSet({ name }: { readonly name: string }) {
  const query = useGetOne<ConsoleRecord>('message-sets', { id: name });
  return (
    <Loaded query={query}>
      {(set) => <WithCatalogue name={name} before={set['interactions'] as readonly string[]} />}
    </Loaded>
  );
}

interface WithCatalogueProps {
  readonly name: string | null;
  readonly before: readonly string[];
}

function WithCatalogue(props: WithCatalogueProps) {
  const query = useQuery({ queryKey: ['catalogue'], queryFn: () => callRoute('catalogue', {}) });
  return <Loaded query={query}>{({ items }) => <MessageSetEditor {...props} catalogue={items} />}</Loaded>;
}
