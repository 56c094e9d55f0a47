/** Whom a request was about: asked for with a reason, agreed to by a second person, and hidden again on leaving. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, Button, Link, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useNotify } from 'react-admin';
import { Link as RouterLink } from 'react-router-dom';
import { callRoute } from '../api/call-route.js';
import { useMay } from '../api/use-may.js';
import { moment } from '../parts/day.js';
import { Facts, Section } from '../parts/facts.js';
import { REASON_NEEDED, RouteDialog } from '../parts/route-dialog.js';
import { StateChip } from '../parts/state-chip.js';

type Asked = NonNullable<AnswerOf<'revealStatus'>['asked']>;

export function PatientIdentifier({ attemptId }: { readonly attemptId: string }) {
  const may = useMay('revealAsk');
  const { data } = useQuery({
    queryKey: ['reveal', attemptId],
    queryFn: () => callRoute('revealStatus', { params: { attemptId } }),
    enabled: may,
  });
  if (!may || data === undefined) return null;
  const { asked, shownUntil } = data;
  return (
    <Section title="The patient’s identifier">
      {asked === null ? null : <WhatBecame asked={asked} />}
      {shownUntil === null ? null : <Shown attemptId={attemptId} until={shownUntil} />}
      {shownUntil !== null || asked?.state === 'pending' ? null : (
        <>
          <Typography sx={{ mb: 1 }}>
            It is kept sealed. A governance officer decides whether you may see it; all of it is audited.
          </Typography>
          <RouteDialog
            route="revealAsk"
            label="Ask to see it"
            params={{ attemptId }}
            fields={[REASON_NEEDED]}
            done="Asked."
          />
        </>
      )}
    </Section>
  );
}

function WhatBecame({ asked }: { readonly asked: Asked }) {
  return (
    <Facts
      facts={[
        ['You asked', moment(asked.requestedAt)],
        ['State', <StateChip key="state" state={asked.state} />],
        ['Decided by', asked.decidedBy],
        ['Why', asked.decisionReason],
        [
          'Approval',
          <Link key="change" component={RouterLink} to={`/changes/${asked.id}/show`}>
            {asked.rules.join(', ')}
          </Link>,
        ],
      ]}
    />
  );
}

/** Held by this component alone: it is gone with the page, when the tab is hidden, and when its time is over. */
function Shown({ attemptId, until }: { readonly attemptId: string; readonly until: string }) {
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
      notify(error instanceof Error ? error.message : 'That did not work.', { type: 'error' });
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
