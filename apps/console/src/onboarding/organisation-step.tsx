import { odsCode, organisationName } from '@gatehouse/contracts/registry/identifiers';
import { API_VERSION, registryDocument } from '@gatehouse/contracts/registry/registry-file';
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { z } from 'zod';
import { callRoute } from '../api/call-route.js';
import { ProblemError } from '../api/problem-error.js';
import { useMay } from '../api/use-may.js';
import { apply } from '../parts/apply/apply.js';
import { isMissing } from '../parts/apply/require-new.js';
import { Facts } from '../parts/facts.js';
import { FieldsForm } from '../parts/form/fields-form.js';
import type { Field } from '../parts/form/fields.js';
import { StateTag } from '../parts/state-tag.js';
import { ThingLink } from '../parts/thing-link.js';
import { useAddress } from './use-address.js';
import { useChange } from './use-change.js';

const entered = z.strictObject({ odsCode, name: organisationName.optional() });

const FIELDS: readonly Field[] = [
  { name: 'odsCode', label: 'ODS code', required: true },
  { name: 'name', label: 'Name', help: 'Leave it empty if the organisation is registered already' },
];

/** A new organisation, or one that is registered already. */
export function NewOrganisation() {
  const { goTo } = useAddress();
  const change = useChange();
  const mayRegister = useMay('registryApply');
  return (
    <FieldsForm
      fields={mayRegister ? FIELDS : FIELDS.slice(0, 1)}
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

/** @throws ProblemError if it has no name */
async function register({ odsCode: code, name }: z.output<typeof entered>): Promise<void> {
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
