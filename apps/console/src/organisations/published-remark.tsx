import { Alert } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { callRoute } from '../api/call-route.js';
import { useMay } from '../api/use-may.js';
import { day } from '../parts/dates.js';
import { LoadError } from '../parts/load-state.js';

/** Where the NHS publishes that a registered organisation has closed, or gives it another name. */
export function PublishedRemark({ odsCode }: { readonly odsCode: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['ods-organisation', odsCode],
    queryFn: () => callRoute('odsOrganisationShow', { params: { odsCode } }),
    enabled: useMay('odsOrganisationShow'),
  });
  if (error !== null) return <LoadError error={error} retry={refetch} isOutdated={data !== undefined} />;
  const { published = null, remarkOnRegistered = null } = data ?? {};
  if (published === null || remarkOnRegistered === null) return null;
  return (
    <Alert severity="warning" sx={{ mb: 1 }}>
      {remarkOnRegistered} This is what {published.fileName} says, which was loaded on{' '}
      {day(published.loadedAt)}.
    </Alert>
  );
}
