/** A request decided again: with the registry as it was then, and as it is now. Read on demand, since reading is audited. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, Button, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { callRoute } from '../api/call-route.js';
import { moment } from '../parts/day.js';
import { Facts, Section } from '../parts/facts.js';

type Explained = AnswerOf<'explainPast'>;
type Decision = Explained['recorded'];

export function PastDecision({ attemptId }: { readonly attemptId: string }) {
  const [wanted, setWanted] = useState(false);
  const { data, error } = useQuery({
    queryKey: ['past-decision', attemptId],
    queryFn: () => callRoute('explainPast', { params: { attemptId } }),
    enabled: wanted,
  });
  return (
    <Section title="Why it was decided so">
      {error === null ? null : <Typography role="alert">{error.message}</Typography>}
      {data === undefined ? (
        <Button
          variant="outlined"
          disabled={wanted && error === null}
          onClick={() => {
            setWanted(true);
          }}
        >
          Explain with the registry of then
        </Button>
      ) : (
        <Told explained={data} />
      )}
    </Section>
  );
}

function Told({
  explained: { recorded, then, now, same, note, registry },
}: {
  readonly explained: Explained;
}) {
  const severity = same === null ? 'info' : same ? 'success' : 'warning';
  return (
    <>
      <Alert severity={severity} sx={{ mb: 1 }}>
        {note}
      </Alert>
      <Facts
        facts={[
          ['As recorded', <Verdict key="recorded" decision={recorded} />],
          ['Decided again as of then', then === null ? null : <Verdict key="then" decision={then} />],
          ['Decided today', now === null ? null : <Verdict key="now" decision={now} />],
        ]}
      />
      {registry.length === 0 ? null : (
        <>
          <Typography variant="h3" sx={{ mt: 2, mb: 0.5 }}>
            The registry then, and what is different now
          </Typography>
          <Facts
            facts={registry.map((fact): [string, ReactNode] => [
              fact.what,
              <Compared key="fact" {...fact} />,
            ])}
          />
        </>
      )}
    </>
  );
}

function Verdict({
  decision: { allowed, code, registryVersion, at, steps },
}: {
  readonly decision: Decision;
}) {
  const verdict = allowed ? 'allowed by the registry' : 'refused';
  return (
    <>
      <strong>{code === null ? verdict : `${verdict}: ${code}`}</strong>
      <br />
      {registryVersion === null ? 'No version of the registry' : `Version ${registryVersion}`}, {moment(at)}
      <br />
      {steps.map(({ step, ok }) => (ok ? step : `${step} (refused)`)).join(' → ') || 'no step was reached'}
    </>
  );
}

function Compared({ then, now }: Explained['registry'][number]) {
  if (then === now) return then ?? '–';
  return (
    <>
      <del>{then ?? '–'}</del> <ins>{now ?? '–'}</ins>
    </>
  );
}
