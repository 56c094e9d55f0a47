/** What NHS England needs to know, and what it issues. With its ASID and API key, the application goes live. */
import { applicationChange } from '@gatehouse/contracts/registry/record-resources';
import { Typography } from '@mui/material';
import { useGetOne } from 'react-admin';
import { callRouteWith } from '../api/call-route.js';
import type { ConsoleRecord } from '../api/data-provider.js';
import { useMay } from '../api/use-may.js';
import { adviceText } from '../applications/step-advice.js';
import { StepValues } from '../applications/step-values.js';
import { FieldsForm } from '../parts/form/fields-form.js';
import type { Field } from '../parts/form/fields.js';
import { Loaded } from '../parts/load-state.js';
import { PageLink } from '../parts/page-link.js';
import type { Onboarded } from './onboarded.js';
import { useChange } from './use-change.js';

/** By the part of the checklist that asks for it. */
const FIELDS = [
  ['api-key', { name: 'apiKey', label: 'API key', kind: 'secret' }],
  ['api-secret', { name: 'apiSecret', label: 'API secret', kind: 'secret' }],
  ['asid', { name: 'asid', label: 'ASID', help: '12 digits, issued by NHS England' }],
] as const satisfies readonly (readonly [string, Field])[];

interface Props extends Onboarded {
  /** Going live waits for a second person. */
  readonly isRequested: boolean;
}

export function NhsStep({ application, checklist, isRequested }: Props) {
  const mayChange = useMay('applicationChange');
  const open = checklist.filter(({ done }) => !done).map(({ id }) => id);
  const advised = open.filter(
    (id) => id === 'message-sets' || (id === 'live' && application.state !== 'draft'),
  );
  return (
    <>
      {checklist
        .filter(({ id, done }) => !done && (id === 'api-key' || id === 'asid'))
        .map(({ id, title, values }) => (
          <section key={id} aria-label={title}>
            <Typography sx={{ mt: 1 }}>{adviceText({ id, application })}</Typography>
            <StepValues values={values} />
          </section>
        ))}
      {advised.map((id) => (
        <Typography key={id}>
          {adviceText({ id, application })}{' '}
          <PageLink to={`/applications/${application.id}/show`}>Open the application</PageLink>
        </Typography>
      ))}
      {open.includes('live') && application.state === 'draft' && !isRequested ? (
        mayChange ? (
          <GoLive id={application.id} open={open} />
        ) : (
          <Typography>A platform engineer enters them.</Typography>
        )
      ) : null}
    </>
  );
}

interface GoLiveProps {
  readonly id: string;
  readonly open: readonly string[];
}

function GoLive({ id, open }: GoLiveProps) {
  const change = useChange();
  const query = useGetOne<ConsoleRecord>('applications', { id });
  const fields: readonly Field[] = FIELDS.filter(([part]) => open.includes(part)).map(([, field]) => field);
  return (
    <Loaded query={query}>
      {({ etag }) => (
        <FieldsForm
          above={
            <Typography sx={{ my: 1 }}>
              {fields.length === 0
                ? 'Everything is entered.'
                : 'Enter what you have. The application goes live as soon as all of it is entered.'}
            </Typography>
          }
          fields={fields}
          schema={applicationChange}
          ask={(given) => {
            const entered = given as Readonly<Record<string, unknown>>;
            const isComplete = fields.every(({ name }) => name in entered);
            const body = { ...entered, ...(isComplete && { state: 'live' }) };
            return change(
              () => callRouteWith('applicationChange', { params: { id }, body, ifMatch: String(etag) }),
              isComplete ? 'The application is live.' : 'Saved.',
            );
          }}
          submitLabel={fields.length === 0 ? 'Go live' : 'Save'}
          isForgotten
        />
      )}
    </Loaded>
  );
}
