import { odsCode, organisationName } from '@gatehouse/contracts/registry/identifiers';
import { API_VERSION, registryDocument } from '@gatehouse/contracts/registry/registry-file';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { Alert } from '@mui/material';
import { useState } from 'react';
import { z } from 'zod';
import { callRoute } from '../api/call-route.js';
import { ProblemError } from '../api/problem-error.js';
import { useMay } from '../api/use-may.js';
import { apply } from '../parts/apply/apply.js';
import { day } from '../parts/dates.js';
import { isMissing } from '../parts/apply/require-new.js';
import { Facts } from '../parts/facts.js';
import { FieldsForm } from '../parts/form/fields-form.js';
import type { Field } from '../parts/form/fields.js';
import { StateTag } from '../parts/state-tag.js';
import { ThingLink } from '../parts/thing-link.js';
import { useAddress } from './use-address.js';
import { useChange } from './use-change.js';
import { readPublished, usePublished } from './use-published.js';

const entered = z.strictObject({ odsCode, name: organisationName.optional() });

/** A new organisation, or one that is registered already. Of a new one, the name is filled in as the NHS publishes it. */
export function NewOrganisation() {
  const { goTo } = useAddress();
  const change = useChange();
  const mayRegister = useMay('registryApply');
  const { typed, type, published, isUnknown } = usePublished();
  /** What somebody has typed as the name; null: nothing. */
  const [ownName, setOwnName] = useState<string | null>(null);
  const typeCode = (text: string): void => {
    type(text);
    // An emptied name is filled in again for another code.
    if (ownName === '') setOwnName(null);
  };
  const code: Field = {
    ...{ name: 'odsCode', label: 'ODS code', required: true, kept: { text: typed, set: typeCode } },
    ...(isUnknown && {
      help: 'None of the NHS’s files that were loaded has this code. Check it before you continue',
    }),
  };
  const name: Field = {
    ...{ name: 'name', label: 'Name', kept: { text: ownName ?? published?.name ?? '', set: setOwnName } },
    help:
      published === null
        ? 'Leave it empty if the organisation is registered already'
        : `The NHS publishes it as ${published.name} (${published.fileName}, loaded on ${day(published.loadedAt)})`,
  };
  return (
    <FieldsForm
      above={published === null ? null : <Remark {...published} />}
      fields={mayRegister ? [code, name] : [code]}
      schema={entered}
      ask={async (body) => {
        const organisation = entered.parse(body);
        if (
          await isMissing(() => callRoute('organisationShow', { params: { odsCode: organisation.odsCode } }))
        )
          await change(() => register(organisation), 'Organisation registered.');
        goTo({ organisation: organisation.odsCode });
      }}
      submitLabel="Continue"
    />
  );
}

/** An organisation that has closed keeps its code, and is easily taken for the one that followed it. */
function Remark({ odsCode: code, name, remark }: NonNullable<AnswerOf<'odsOrganisationShow'>['published']>) {
  if (remark === null) return null;
  return (
    <Alert severity="warning" sx={{ mb: 1 }}>
      {code} is {name}. {remark} Check the code before you continue.
    </Alert>
  );
}

/** @throws ProblemError if nobody has named it and the NHS doesn't */
async function register({ odsCode: code, name: given }: z.output<typeof entered>): Promise<void> {
  const name = given ?? (await readPublished(code)).published?.name;
  if (name === undefined)
    throw new ProblemError(0, '', [
      { pointer: '/name', detail: 'Enter the name: this organisation is not registered yet' },
    ]);
  await apply(registryDocument.parse({ apiVersion: API_VERSION, organisations: [{ odsCode: code, name }] }));
}

export function RegisteredOrganisation({ odsCode: code, name, state }: AnswerOf<'organisationShow'>) {
  return (
    <Facts
      facts={[
        ['Organisation', <ThingLink key="name" kind="organisation" id={code} name={name} />],
        ['State', <StateTag key="state" state={state} />],
      ]}
    />
  );
}
