/** The patient that a request was about: requested with a reason, approved by a second person, and hidden on leaving. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, Button, Link, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useNotify } from 'react-admin';
import { Link as RouterLink } from 'react-router-dom';
import { callRoute } from '../api/call-route.js';
import { messageOf } from '../api/problem-error.js';
import { useMay } from '../api/use-may.js';
import { moment } from '../parts/dates.js';
import { Moment } from '../parts/time/moment.js';
import { Facts, Section } from '../parts/facts.js';
import { REASON_REQUIRED } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';
import { Loaded } from '../parts/load-state.js';
import { StateTag } from '../parts/state-tag.js';

type Reveal = NonNullable<AnswerOf<'revealStatus'>['asked']>;

export function PatientIdentifier({ attemptId }: { readonly attemptId: string }) {
  const mayRequest = useMay('revealAsk');
  const query = useQuery({
    queryKey: ['reveal', attemptId],
    queryFn: () => callRoute('revealStatus', { params: { attemptId } }),
    enabled: mayRequest,
  });
  if (!mayRequest) return null;
  return (
    <Section title="The patient’s identifier">
      <Loaded query={query}>
        {({ asked, shownUntil }) => (
          <>
            {asked === null ? null : <RevealRequest {...asked} />}
            {shownUntil === null ? null : <Identifiers attemptId={attemptId} until={shownUntil} />}
            {shownUntil !== null || asked?.state === 'pending' ? null : (
              <>
                <Typography sx={{ mb: 1 }}>
                  It is stored encrypted. A governance officer decides whether you may see it. Every step is
                  recorded in the audit trail.
                </Typography>
                <RouteDialog
                  route="revealAsk"
                  label="Request access"
                  params={{ attemptId }}
                  fields={[REASON_REQUIRED]}
                  done="Access requested."
                />
              </>
            )}
          </>
        )}
      </Loaded>
    </Section>
  );
}

/** What became of the person's own request. */
function RevealRequest({ id, rules, state, requestedAt, decidedBy, decisionReason }: Reveal) {
  return (
    <Facts
      facts={[
        ['Requested', <Moment key="requestedAt" at={requestedAt} />],
        ['State', <StateTag key="state" state={state} />],
        ['Decided by', decidedBy],
        ['Reason for the decision', decisionReason],
        [
          'Approval',
          <Link key="change" component={RouterLink} to={`/changes/${id}/show`}>
            {rules.join(', ')}
          </Link>,
        ],
      ]}
    />
  );
}

/** Kept in this component only: gone when the page closes, when the tab is hidden, and when the time is over. */
function Identifiers({ attemptId, until }: { readonly attemptId: string; readonly until: string }) {
  const [identifiers, setIdentifiers] = useState<AnswerOf<'revealShow'>['identifiers'] | null>(null);
  const notify = useNotify();
  useEffect(() => {
    const hide = (): void => {
      setIdentifiers(null);
    };
    const timer = setTimeout(hide, Math.max(0, Date.parse(until) - Date.now()));
    document.addEventListener('visibilitychange', hide);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', hide);
    };
  }, [until]);
  const show = async (): Promise<void> => {
    try {
      setIdentifiers((await callRoute('revealShow', { params: { attemptId } })).identifiers);
    } catch (error) {
      notify(messageOf(error), { type: 'error' });
    }
  };
  if (identifiers === null) {
    return (
      <Button variant="outlined" onClick={() => void show()} sx={{ mt: 1 }}>
        Show until {moment(until)}
      </Button>
    );
  }
  return (
    <Alert severity="warning" sx={{ mt: 1 }}>
      {identifiers.map(({ kind, value }) => (
        <Typography key={value}>
          {kind === 'ubrn' ? 'UBRN' : 'NHS number'}: <strong>{value}</strong>
        </Typography>
      ))}
      <Button
        onClick={() => {
          setIdentifiers(null);
        }}
      >
        Hide
      </Button>
    </Alert>
  );
}
