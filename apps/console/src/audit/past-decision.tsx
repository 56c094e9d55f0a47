/** Decides a request again, with the registry as it was then and as it is now. Read on demand, because reading is audited. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, Button, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { callRoute } from '../api/call-route.js';
import { NONE } from '../parts/dates.js';
import { Moment } from '../parts/time/moment.js';
import { Facts, Section } from '../parts/facts.js';
import { Loaded } from '../parts/load-state.js';

type Explained = AnswerOf<'explainPast'>;
type Decision = Explained['recorded'];

export function PastDecision({ attemptId }: { readonly attemptId: string }) {
  const [isRequested, setRequested] = useState(false);
  const query = useQuery({
    queryKey: ['past-decision', attemptId],
    queryFn: () => callRoute('explainPast', { params: { attemptId } }),
    enabled: isRequested,
  });
  return (
    <Section title="Why it was decided this way">
      {isRequested ? (
        <Loaded query={query}>{(explained) => <Explanation {...explained} />}</Loaded>
      ) : (
        <Button
          variant="outlined"
          onClick={() => {
            setRequested(true);
          }}
        >
          Explain the decision
        </Button>
      )}
    </Section>
  );
}

function Explanation({ recorded, then, now, same, note, registry }: Explained) {
  const severity = same === null ? 'info' : same ? 'success' : 'warning';
  return (
    <>
      <Alert severity={severity} sx={{ mb: 1 }}>
        {note}
      </Alert>
      <Facts
        facts={[
          ['As recorded', <Verdict key="recorded" {...recorded} />],
          [
            'Decided again with the registry as it was',
            then === null ? null : <Verdict key="then" {...then} />,
          ],
          ['Decided with the registry today', now === null ? null : <Verdict key="now" {...now} />],
        ]}
      />
      {registry.length === 0 ? null : (
        <>
          <Typography variant="h3" sx={{ mt: 2, mb: 0.5 }}>
            The registry then and now
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

function Verdict({ allowed, code, registryVersion, at, steps }: Decision) {
  const verdict = allowed ? 'Allowed by the registry' : 'Rejected';
  return (
    <>
      <strong>{code === null ? verdict : `${verdict}: ${code}`}</strong>
      <br />
      {registryVersion === null ? 'No registry version' : `Version ${registryVersion}`}, <Moment at={at} />
      <br />
      {steps.map(({ step, ok }) => (ok ? step : `${step} (rejected)`)).join(' → ') || 'No step was reached'}
    </>
  );
}

function Compared({ then, now }: Explained['registry'][number]) {
  if (then === now) return then ?? NONE;
  return (
    <>
      <del>{then ?? NONE}</del> <ins>{now ?? NONE}</ins>
    </>
  );
}
