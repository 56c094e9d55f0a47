import type { ImpactRequest } from '@gatehouse/contracts/impact/impact-routes';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, Box, Typography } from '@mui/material';
import type { ConsoleRecord } from '../api/data-provider.js';
import { moment, NONE, shortMoment } from '../parts/dates.js';
import { Facts } from '../parts/facts.js';
import { RecordRows, type RowsProps } from '../parts/list/record-rows.js';
import { PageLink } from '../parts/page-link.js';
import { StateTag } from '../parts/state-tag.js';
import { OrganisationLinks, ThingLink } from '../parts/thing-link.js';
import { counted } from '../parts/words.js';
import { ImpactPlan } from './impact-plan.js';

export type Impact = AnswerOf<'impactShow'>;
type Application = Impact['applications'][number];
type Client = Impact['clients'][number];

/** What is hit, which calls would be refused, the plan, and what Gatehouse can't know. */
export function ImpactAnswer({ event, impact }: { readonly event: ImpactRequest; readonly impact: Impact }) {
  const { requestsRefused, effectiveAt, applications, clients, notKnown } = impact;
  return (
    <Box sx={{ mt: 2 }}>
      <Alert severity={requestsRefused > 0 ? 'warning' : 'info'} role="status">
        {counted(requestsRefused, 'request')} of the last seven days would be refused from{' '}
        {moment(effectiveAt)}.
      </Alert>
      <NotShown impact={impact} />
      <Heading>What is hit</Heading>
      <Hit impact={impact} />
      <Heading>Applications</Heading>
      <RecordsOr<Application>
        none="No application is hit."

        data={applications}
        href={(id) => `/applications/${id}/show`}
        columns={[
          { label: 'Application', value: inWords },
          { label: 'State', value: ({ state }) => <StateTag state={state} /> },
          { label: 'ASID', value: ({ asid }) => asid ?? NONE },
          { label: 'Serves', value: ({ serves }) => <OrganisationLinks odsCodes={serves} /> },
          { label: 'Requests', value: ({ requests }) => requests },
          { label: 'Last request', value: ({ lastRequestAt }) => shortMoment(lastRequestAt) },
        ]}
      />
      <Heading>Calls</Heading>
      <RecordsOr<Client>
        none="No client may call for it."
        data={clients.map((client) => ({
          ...client,
          id: `${client.id} ${inWords(client)} ${client.organisation}`,
        }))}
        columns={[
          {
            label: 'Client',
            value: ({ name, environment }) => (
              <>
                <ThingLink kind="client" id={name} name={name} environment={environment} /> ({environment})
              </>
            ),
          },
          {
            label: 'For',
            value: (client) => (
              <>
                <OrganisationLinks odsCodes={[client.organisation]} />, {inWords(client)}
              </>
            ),
          },
          { label: 'Would be refused', value: ({ calls }) => <Refused calls={calls} of="after" /> },
          { label: 'Would go on', value: ({ calls }) => goOn(calls) },
          { label: 'For the successor', value: ({ calls }) => <Successor calls={calls} /> },
        ]}
      />
      <ImpactPlan event={event} impact={impact} />
      <Heading>What Gatehouse can’t know</Heading>
      <ul>
        {notKnown.map((what) => (
          <li key={what}>{what}</li>
        ))}
      </ul>
    </Box>
  );
}

interface RecordsOrProps<T> extends RowsProps<T> {
  readonly data: readonly ConsoleRecord[];
  /** What is said where there are none. */
  readonly none: string;
}

function RecordsOr<T>({ none, ...rows }: RecordsOrProps<T>) {
  return rows.data.length === 0 ? <Typography>{none}</Typography> : <RecordRows<T> {...rows} />;
}

export function Heading({ children }: { readonly children: string }) {
  return (
    <Typography variant="h2" sx={{ mt: 3, mb: 1 }}>
      {children}
    </Typography>
  );
}

function NotShown({ impact: { notShown, moreGrants } }: { readonly impact: Impact }) {
  if (notShown.applications + notShown.clients + moreGrants === 0) return null;
  return (
    <Alert severity="warning" sx={{ mt: 1 }}>
      Not shown: {counted(notShown.applications, 'application')} and {counted(notShown.clients, 'client')}{' '}
      that also belong to organisations beyond your role, and {counted(moreGrants, 'grant')} beyond the
      largest answer.
    </Alert>
  );
}

function Hit({ impact }: { readonly impact: Impact }) {
  const { organisations, environments, sroAppointments, cis2Clients, pendingChanges, userSessions } = impact;
  const some = (items: readonly string[]) => (items.length === 0 ? null : items.join(', '));
  return (
    <Facts
      facts={[
        [
          'Organisations',
          organisations.length === 0
            ? null
            : organisations.map(({ odsCode, name }) => (
                <Box key={odsCode}>
                  <ThingLink kind="organisation" id={odsCode} name={name} />
                </Box>
              )),
        ],
        ['Environments', some(environments)],
        ['SROs', some(sroAppointments.map(({ odsCode, state }) => `${odsCode}: ${state}`))],
        ['CIS2 clients', some(cis2Clients.map(({ environment, product }) => `${product} (${environment})`))],
        ['Signed-in users', userSessions],
        [
          'Awaiting approval',
          pendingChanges.length === 0
            ? null
            : pendingChanges.map(({ id }) => (
                <Box key={id}>
                  <PageLink to={`/changes/${id}/show`}>{`Change ${id}`}</PageLink>
                </Box>
              )),
        ],
      ]}
    />
  );
}

type Calls = Client['calls'];

/** The interactions of calls that go on now and would be refused, by the code. */
function Refused({ calls, of }: { readonly calls: Calls; readonly of: 'after' | 'successor' }) {
  const byCode = new Map<string, Set<string>>();
  for (const call of calls) {
    const code = call[of];
    if (call.before !== null || code === null || code === undefined) continue;
    byCode.set(code, (byCode.get(code) ?? new Set()).add(call.interaction));
  }
  if (byCode.size === 0) return NONE;
  return [...byCode].map(([code, interactions]) => (
    <Box key={code}>
      {code}: {[...interactions].join(', ')}
    </Box>
  ));
}

function Successor({ calls }: { readonly calls: Calls }) {
  const decided = calls.filter(({ before, successor }) => before === null && successor !== undefined);
  if (decided.length === 0) return NONE;
  return decided.every(({ successor }) => successor === null) ? (
    <>Ready</>
  ) : (
    <Refused calls={decided} of="successor" />
  );
}

function goOn(calls: Calls): string {
  const interactions = calls
    .filter(({ before, after }) => before === null && after === null)
    .map(({ interaction }) => interaction);
  return [...new Set(interactions)].join(', ') || NONE;
}

function inWords(access: Pick<Application, 'environment' | 'product' | 'accessMode' | 'capability'>): string {
  const { environment, product, accessMode, capability } = access;
  return [environment, product, accessMode, capability].filter((part) => part !== null).join(', ');
}
