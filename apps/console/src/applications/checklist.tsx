import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert, Box, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { callRoute } from '../api/call-route.js';
import { useMay } from '../api/use-may.js';
import { Loaded } from '../parts/load-state.js';
import { StateTag } from '../parts/state-tag.js';
import { AskNhs } from './ask-nhs.js';
import { LastProbe } from './last-probe.js';
import { NhsAnswers } from './nhs-answers.js';
import { type Application, StepAdvice } from './step-advice.js';
import { StepValues } from './step-values.js';

type Step = AnswerOf<'applicationChecklist'>['steps'][number];

/** What stands between an application and its first request, in order, with the values to send to NHS England. */
export function Checklist({ id: applicationId, ...application }: AnswerOf<'applicationShow'>) {
  const maySee = useMay('applicationChecklist');
  const query = useQuery({
    queryKey: ['checklist', applicationId],
    queryFn: () => callRoute('applicationChecklist', { params: { id: applicationId } }),
    enabled: maySee,
  });
  return (
    <Loaded query={query} loading="Checking">
      {({ steps, nhs, probe }) => (
        <>
          <Alert severity={steps.every(({ done }) => done) ? 'success' : 'info'} sx={{ mb: 1 }}>
            {steps.every(({ done }) => done)
              ? 'Every step in Gatehouse is done.'
              : 'Complete the steps marked “To do” in this order.'}
          </Alert>
          <NhsAnswers {...nhs} />
          {probe === null ? null : <LastProbe {...probe} />}
          <AskNhs applicationId={applicationId} />
          <Box component="ol" sx={{ pl: 3, m: 0 }}>
            {steps.map((step) => (
              <ChecklistStep key={step.id} step={step} application={application} />
            ))}
          </Box>
        </>
      )}
    </Loaded>
  );
}

interface StepProps {
  readonly step: Step;
  readonly application: Application;
}

function ChecklistStep({ step: { id, title, done, whoActs, values }, application }: StepProps) {
  return (
    <Box component="li" sx={{ mb: 1 }}>
      <strong>{title}</strong> <StateTag state={done ? 'done' : 'to do'} />
      {done ? null : (
        <Typography color="text.secondary" component="div">
          <StepAdvice id={id} application={application} />
          <Box>Who must act: {whoActs}.</Box>
        </Typography>
      )}
      <StepValues values={values} />
    </Box>
  );
}
