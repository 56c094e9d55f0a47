import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Typography } from '@mui/material';
import { callRoute } from '../api/call-route.js';
import { useMay } from '../api/use-may.js';
import { StepAdvice } from '../applications/step-advice.js';
import { Copyable } from '../parts/copyable.js';
import { Facts } from '../parts/facts.js';
import { FieldsForm } from '../parts/form/fields-form.js';
import type { Onboarded } from './onboarded.js';
import { useChange } from './use-change.js';

export function SigningKeyStep({ application, checklist }: Onboarded) {
  const change = useChange();
  const mayCreate = useMay('keyCreate');
  const { id, activeKid, jwksUrl } = application;
  if (isOpen(checklist, 'published-key'))
    return mayCreate ? (
      <FieldsForm
        above={
          <Typography>
            The key is created in KMS and never leaves it. NHS England reads its public half at the JWKS URL.
          </Typography>
        }
        fields={[]}
        schema={undefined}
        ask={() =>
          change(() => callRoute('keyCreate', { body: { application: id } }), 'Signing key created.')
        }
        submitLabel="Create the signing key"
      />
    ) : (
      <Typography>A platform engineer creates the signing key.</Typography>
    );
  return (
    <>
      {isOpen(checklist, 'active-key') ? <StepAdvice id="active-key" application={application} /> : null}
      <Facts
        facts={[
          ['JWKS URL', <Copyable key="url" text={jwksUrl} name="the JWKS URL" />],
          ['Active signing key', activeKid],
        ]}
      />
    </>
  );
}

type Checklist = AnswerOf<'applicationChecklist'>['steps'];

export const isOpen = (checklist: Checklist, id: Checklist[number]['id']): boolean =>
  checklist.some((part) => part.id === id && !part.done);
