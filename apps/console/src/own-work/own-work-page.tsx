/** What one person has to do: what waits for them, what became of what they requested, and what of theirs ends soon. */
import { OWN_ENDS_WITHIN_DAYS } from '@gatehouse/contracts/staff/own-work-routes';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Box, Typography } from '@mui/material';
import { useLive, RefreshMs } from '../api/use-live.js';
import { useMay } from '../api/use-may.js';
import { summaryInShort } from '../changes/summary.js';
import { MENU_GROUPS } from '../layout/menu-entries.js';
import { useWaiting } from '../layout/use-waiting.js';
import { shortDay, shortMoment, NONE } from '../parts/dates.js';
import { Section } from '../parts/facts.js';
import { RecordRows } from '../parts/list/record-rows.js';
import { Loaded } from '../parts/load-state.js';
import { PageLink } from '../parts/page-link.js';
import { PageTitle } from '../parts/page-title.js';
import { StateTag } from '../parts/state-tag.js';

type OwnWork = AnswerOf<'ownWorkShow'>;
type Change = OwnWork['requests'][number];
type Ending = OwnWork['ending'][number];

const REFRESH_MS = 60_000;

export default function OwnWorkPage() {
  return (
    <Box sx={{ pt: 2 }}>
      <PageTitle>My work</PageTitle>
      <Typography variant="h1" gutterBottom>
        My work
      </Typography>
      <RefreshMs value={REFRESH_MS}>
        <Work />
      </RefreshMs>
    </Box>
  );
}

function Work() {
  const query = useLive(['own-work'], 'ownWorkShow', {});
  const maySeeChanges = useMay('changeList');
  return (
    <Loaded query={query}>
      {({ decisions, requests, ending }) => (
        <>
          <Section title="Waiting for you">
            <Reviews hasDecisions={decisions.length > 0} />
            {decisions.length === 0 ? null : <Changes data={decisions} isMine={false} />}
          </Section>
          {maySeeChanges ? (
            <Section title="What you have requested">
              {requests.length === 0 ? (
                <Typography>
                  You have requested nothing that needs a second person. Such a change appears here, with its
                  state, until it is decided and afterwards.
                </Typography>
              ) : (
                <Changes data={requests} isMine />
              )}
            </Section>
          ) : null}
          <Section title={`Yours to renew within ${OWN_ENDS_WITHIN_DAYS} days`}>
            <EndingRows ending={ending} />
          </Section>
        </>
      )}
    </Loaded>
  );
}

/** What the menu counts, except approvals, which are listed one by one. */
function Reviews({ hasDecisions }: { readonly hasDecisions: boolean }) {
  const waiting = useWaiting();
  if (waiting === undefined) return null;
  const reviews = Object.values(MENU_GROUPS)
    .flat()
    .flatMap(({ to, text, waits }) => {
      const count = waits === undefined || waits === 'all' || waits === 'approvals' ? 0 : waiting[waits];
      return count === 0 ? [] : [{ to, text, count }];
    });
  if (reviews.length === 0 && !hasDecisions)
    return <Typography>Nobody waits for you to decide, review or run anything again.</Typography>;
  return reviews.map(({ to, text, count }) => (
    <Typography key={to} sx={{ mb: 1 }}>
      <PageLink to={to}>
        {text}: {count > 99 ? 'more than 99' : count}
      </PageLink>
    </Typography>
  ));
}

interface ChangesProps {
  readonly data: readonly Change[];
  readonly isMine: boolean;
}

function Changes({ data, isMine }: ChangesProps) {
  return (
    <RecordRows<Change>
      data={data}
      href={(id) => `/changes/${id}/show`}
      columns={[
        { label: 'Change', value: summaryInShort },
        ...(isMine
          ? [
              { label: 'State', value: ({ state }: Change) => <StateTag state={state} /> },
              { label: 'Requested', value: ({ requestedAt }: Change) => shortMoment(requestedAt) },
              { label: 'Decided by', value: ({ decidedBy }: Change) => decidedBy ?? NONE },
              { label: 'Reason', value: ({ decisionReason }: Change) => decisionReason ?? NONE },
            ]
          : [
              { label: 'Requested by', value: ({ requestedBy }: Change) => requestedBy },
              { label: 'Reason', value: ({ reason }: Change) => reason ?? NONE },
              { label: 'Expires', value: ({ expiresAt }: Change) => shortMoment(expiresAt) },
            ]),
      ]}
    />
  );
}

const KINDS: Readonly<Record<Ending['kind'], string>> = {
  appointment: 'Review of an SRO',
  'write exception': 'Write exception',
  'client key': 'Client key',
  'API token': 'API token',
};

function EndingRows({ ending }: Pick<OwnWork, 'ending'>) {
  if (ending.length === 0)
    return <Typography>Nothing that you answer for ends within {OWN_ENDS_WITHIN_DAYS} days.</Typography>;
  return (
    <RecordRows<Ending>
      data={ending}
      href={(_, { page }) => page}
      columns={[
        { label: 'What', value: ({ name }) => name },
        { label: 'Kind', value: ({ kind }) => KINDS[kind] },
        { label: 'Ends', value: ({ endsAt }) => shortDay(endsAt) },
      ]}
    />
  );
}
