import { useQuery } from '@tanstack/react-query';
import { Suspense } from 'react';
import { callRoute } from '../api/call-route.js';
import { useMay } from '../api/use-may.js';
import { Traffic, trafficOf } from '../dashboard/traffic/lazy-traffic.js';
import { Loaded, Loading } from '../parts/load-state.js';

/** Requests of one organisation in the last seven days. */
export function OrganisationTraffic({ odsCode }: { readonly odsCode: string }) {
  const maySee = useMay('trafficShow');
  const query = useQuery({
    queryKey: ['traffic', odsCode],
    queryFn: () => callRoute('trafficShow', { params: { odsCode }, query: { days: 7 } }),
    enabled: maySee,
  });
  if (!maySee) return null;
  return (
    <Loaded query={query}>
      {(data) => (
        <Suspense fallback={<Loading />}>
          <Traffic {...trafficOf(data)} organisation={odsCode} />
        </Suspense>
      )}
    </Loaded>
  );
}
