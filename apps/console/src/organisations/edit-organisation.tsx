import { organisationState } from '@gatehouse/contracts/registry/identifiers';
import type { AnswerOf, RequestOf } from '@gatehouse/contracts/routes';
import type { Tagged } from '../api/data-provider.js';
import { type Field, REASON_OPTIONAL } from '../parts/form/fields.js';
import { RouteDialog } from '../parts/form/route-dialog.js';

type Change = RequestOf<'organisationChange'>['body'];

/** A field that may change and is missing here does not compile. */
const FORM: { readonly [K in Exclude<keyof Change, 'reason'>]-?: Omit<Field, 'name' | 'initial'> } = {
  name: { label: 'Name', required: true },
  state: {
    label: 'State',
    choices: organisationState.options,
    help: 'Gatehouse rejects the requests of an organisation that is not active',
  },
};

interface Props {
  readonly organisation: Tagged<AnswerOf<'organisationShow'>>;
  readonly mayChangeState: boolean;
}

export function EditOrganisation({ organisation, mayChangeState }: Props) {
  const names = (Object.keys(FORM) as (keyof typeof FORM)[]).filter(
    (name) => name !== 'state' || mayChangeState,
  );
  return (
    <RouteDialog
      route="organisationChange"
      label="Edit"
      params={{ odsCode: organisation.odsCode }}
      ifMatch={organisation.etag}
      environments={[]}
      fields={[
        ...names.map((name) => ({ name, initial: organisation[name], ...FORM[name] })),
        REASON_OPTIONAL,
      ]}
      done="Organisation changed."
    />
  );
}
