/** What the client sends first, and what became of it, as soon as it arrives. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, Button, LinearProgress, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { callRoute, pollRoute } from '../../api/call-route.js';
import { useMay } from '../../api/use-may.js';
import { useSession } from '../../api/use-session.js';
import { tookText, outcomeText } from '../../audit/explorer/line-words.js';
import { OneTimeSecret } from '../../parts/form/one-time-secret.js';
import { Loaded } from '../../parts/load-state.js';
import { PageLink } from '../../parts/page-link.js';
import type { Onboarded } from '../onboarded.js';
import { FIRST_INTERACTION, UNKNOWN_ADDRESS } from './snippets.js';
import { SnippetsShown } from './snippets-shown.js';
import { type Step, STEP_TITLES } from '../steps.js';

interface Props extends Onboarded {
  readonly steps: readonly Step[];
  readonly health: AnswerOf<'healthShow'>['items'][number];
  /** The client’s key, while it can be shown. */
  readonly clientKey: string | null;
  readonly onKeySaved: () => void;
}

export function FirstRequestStep({ application, steps, health, clientKey, onKeySaved, odsCode }: Props) {
  const session = useSession();
  const address = session?.partnerUrl ?? null;
  const { product, accessMode, capability } = application;
  const before = steps.filter(({ id, state }) => id !== 'first-request' && state !== 'done');
  return (
    <>
      {clientKey === null ? null : (
        <>
          <OneTimeSecret secret={clientKey} label="Key" />
          <Button variant="contained" sx={{ my: 1 }} onClick={onKeySaved}>
            I have saved it
          </Button>
        </>
      )}
      {before.length === 0 ? null : (
        <Alert severity="warning" sx={{ mb: 1 }}>
          Requests are rejected until these steps are done:{' '}
          {before.map(({ id }) => STEP_TITLES[id]).join(', ')}.
        </Alert>
      )}
      {accessMode === 'user-restricted' ? (
        <Typography>Your service sends the first request once a user has signed in.</Typography>
      ) : (
        <>
          <Typography>
            Paste this into a shell. It reads a code list of e-RS.{' '}
            {address === null
              ? `Write the address at which your services reach Gatehouse in place of ${UNKNOWN_ADDRESS}; an operator can set it as GATEHOUSE_PARTNER_URL.`
              : null}{' '}
            {clientKey === null ? 'The shell must have the client’s key in GATEHOUSE_KEY.' : null}
          </Typography>
          <MissingInteraction messageSets={application.messageSets} />
          <SnippetsShown
            request={{
              address: address ?? UNKNOWN_ADDRESS,
              key: clientKey,
              headers: {
                'NHSD-End-User-Organisation-ODS': odsCode,
                'Gatehouse-Product': product,
                ...(capability === null ? {} : { 'Gatehouse-Capability': capability }),
              },
            }}
          />
        </>
      )}
      <Outcome applicationId={application.id} health={health} />
    </>
  );
}

/** Says so where the application may not send what the snippets send. */
function MissingInteraction({ messageSets }: { readonly messageSets: readonly string[] }) {
  const query = useQuery({
    queryKey: ['onboarding', 'message-sets'],
    queryFn: () => callRoute('messageSetList', { query: { limit: 500 } }),
  });
  return (
    <Loaded query={query}>
      {({ items }) =>
        items.some(
          (set) => messageSets.includes(set.name) && set.interactions.includes(FIRST_INTERACTION),
        ) ? null : (
          <Alert severity="warning">
            {FIRST_INTERACTION} is in none of the message sets of this application, so this request is
            rejected. Send one that your service needs instead.
          </Alert>
        )
      }
    </Loaded>
  );
}

/** The request that decides the health of the application is read from the trail once, because that is recorded. */
function Outcome({ applicationId, health }: Pick<Props, 'health'> & { readonly applicationId: string }) {
  const mayRead = useMay('auditList');
  const isSeen = health.at !== null;
  const isWorking = health.health === 'works';
  const query = useQuery({
    queryKey: ['onboarding', 'newest', applicationId, health.health, health.code],
    queryFn: () =>
      pollRoute('auditList', { query: { applicationId, kind: 'REQUEST', last: '1h', limit: 1 } }),
    enabled: mayRead && isSeen,
    staleTime: Infinity,
  });
  const nowMs = useNow();
  const [row] = query.data?.items ?? [];
  if (!isSeen)
    return (
      <Typography component="div" role="status" sx={{ mt: 1 }}>
        Waiting for the first request …
        <LinearProgress aria-label="Waiting for the first request" sx={{ mt: 1, maxWidth: '24rem' }} />
      </Typography>
    );
  const seen = seenText(Date.parse(health.at ?? ''), nowMs);
  if (row === undefined)
    return (
      <Alert severity={isWorking ? 'success' : 'error'}>
        {health.reason ?? 'Answered'}, {seen}.
      </Alert>
    );
  const { status, durationMs, attemptId, refusal } = row;
  return (
    <Alert severity={isWorking ? 'success' : 'error'} sx={{ mt: 1 }}>
      <strong>
        {String(status)}, {tookText(durationMs)}, {seen}
      </strong>
      <br />
      {isWorking ? 'The request was answered.' : outcomeText(row)} {whoActs(refusal)}{' '}
      <PageLink to={`/requests/${String(attemptId)}`}>Open the request</PageLink>
    </Alert>
  );
}

const whoActs = (refusal: unknown): string =>
  typeof refusal === 'object' && refusal !== null && 'whoActs' in refusal
    ? `Who must act: ${String(refusal.whoActs)}.`
    : '';

const SECOND_MS = 1_000;
const MINUTE_S = 60;

/** “seen 3 s ago” */
function seenText(atMs: number, nowMs: number): string {
  const seconds = Math.max(0, Math.round((nowMs - atMs) / SECOND_MS));
  return seconds < MINUTE_S ? `seen ${seconds} s ago` : `seen ${Math.floor(seconds / MINUTE_S)} min ago`;
}

function useNow(): number {
  const [nowMs, setNowMs] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => {
      setNowMs(Date.now());
    }, SECOND_MS);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return nowMs;
}
