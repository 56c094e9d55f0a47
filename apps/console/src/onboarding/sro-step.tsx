import { appointRequest } from '@gatehouse/contracts/governance/governance-resources';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Button, Typography } from '@mui/material';
import { useState } from 'react';
import { callRoute, callRouteWith } from '../api/call-route.js';
import { useMay } from '../api/use-may.js';
import { day } from '../parts/dates.js';
import { Facts } from '../parts/facts.js';
import { FieldsForm } from '../parts/form/fields-form.js';
import { OneTimeSecret } from '../parts/form/one-time-secret.js';
import { StateTag } from '../parts/state-tag.js';
import { APPOINTEE } from '../sro/appointment-fields.js';
import { linkAdvice } from '../sro/link-dialog.js';
import type { Onboarded } from './onboarded.js';
import { useAddress } from './use-address.js';
import { useChange } from './use-change.js';

type Appointment = AnswerOf<'sroList'>['items'][number];

interface Props extends Onboarded {
  /** The appointments of the organisation for this environment. */
  readonly appointments: readonly Appointment[];
  /** An appointment waits for a second person. */
  readonly isRequested: boolean;
  /** Keeps the page at this step while a link is shown, since the link cannot be shown again. */
  readonly onHold: (isHeld: boolean) => void;
}

export function SroStep({ odsCode, application, appointments, isRequested, onHold }: Props) {
  const change = useChange();
  const mayAppoint = useMay('sroAppoint');
  if (appointments.length > 0)
    return appointments.map((appointment) => (
      <Appointed key={appointment.id} appointment={appointment} onHold={onHold} />
    ));
  if (isRequested) return null;
  if (!mayAppoint)
    return (
      <Typography>
        A governance officer appoints the senior responsible owner. Send them the address of this page.
      </Typography>
    );
  return (
    <FieldsForm
      above={
        <Typography sx={{ mb: 1 }}>
          The organisation’s CIO names the person in writing. Application-restricted requests are answered
          once that person has accepted. Their review is due in a year.
        </Typography>
      }
      fields={APPOINTEE}
      fixed={{ organisation: odsCode, environments: [application.environment] }}
      schema={appointRequest}
      ask={(body) => change(() => callRouteWith('sroAppoint', { body }), 'SRO appointed.')}
      submitLabel="Appoint the SRO"
    />
  );
}

function Appointed({ appointment, onHold }: Pick<Props, 'onHold'> & { readonly appointment: Appointment }) {
  const { id, name, jobTitle, state, reviewDueOn, linkExpiresAt } = appointment;
  return (
    <>
      <Facts
        facts={[
          ['Senior responsible owner', `${name}, ${jobTitle}`],
          ['State', <StateTag key="state" state={state} />],
          ['Review due', day(reviewDueOn)],
        ]}
      />
      {state === 'proposed' ? <AcceptanceLink {...{ id, linkExpiresAt, onHold }} /> : null}
    </>
  );
}

type LinkProps = Pick<Props, 'onHold'> & Pick<Appointment, 'id' | 'linkExpiresAt'>;

function AcceptanceLink({ id, linkExpiresAt, onHold }: LinkProps) {
  const change = useChange('stays');
  const { goOn } = useAddress();
  const mayLink = useMay('sroLink');
  const [link, setLink] = useState<AnswerOf<'sroLink'> | null>(null);
  if (link !== null)
    return (
      <>
        <OneTimeSecret secret={link.url} label="Link" advice={linkAdvice(link)} />
        <Button
          variant="contained"
          sx={{ mt: 1 }}
          onClick={() => {
            setLink(null);
            onHold(false);
            goOn();
          }}
        >
          I have saved it
        </Button>
      </>
    );
  const waits =
    linkExpiresAt === null
      ? 'They have not accepted yet.'
      : `Their acceptance link works until ${day(linkExpiresAt)}.`;
  if (!mayLink) return <Typography>{waits} A governance officer creates the link.</Typography>;
  return (
    <FieldsForm
      above={<Typography sx={{ mt: 1 }}>{waits}</Typography>}
      fields={[]}
      schema={undefined}
      ask={() =>
        change(async () => {
          const answer = await callRoute('sroLink', { params: { id }, body: {} });
          onHold(true);
          setLink(answer);
        }, 'Link created. Earlier links no longer work.')
      }
      submitLabel={linkExpiresAt === null ? 'Create the acceptance link' : 'Create another link'}
    />
  );
}
