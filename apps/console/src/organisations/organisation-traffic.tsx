import { Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Suspense } from 'react';
import { callRoute } from '../api/call-route.js';
import { useMay } from '../api/use-may.js';
import { Traffic } from '../pages.js';

/** Requests and refusals of one organisation in the last seven days. */
export function OrganisationTraffic({ odsCode }: { readonly odsCode: string }) {
  const may = useMay('trafficShow');
  const { data, error } = useQuery({
    queryKey: ['traffic', odsCode],
    queryFn: () => callRoute('trafficShow', { params: { odsCode }, query: { days: 7 } }),
    enabled: may,
  });
  if (!may) return null;
  if (error !== null) return <Typography role="alert">{error.message}</Typography>;
  if (data === undefined) return <Typography role="status">Counting …</Typography>;
  return (
    <Suspense fallback={<Typography role="status">Drawing …</Typography>}>
      <Traffic traffic={data.traffic} reasons={data.reasons} />
    </Suspense>
  );
}
