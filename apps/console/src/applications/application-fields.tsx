/** How each field of an application is called, shown and edited. A field without an entry does not compile. */
import { applicationState } from '@gatehouse/contracts/registry/identifiers';
import { shareableService } from '@gatehouse/contracts/registry/record-shapes';
import type { AnswerOf, RequestOf } from '@gatehouse/contracts/routes';
import { Fragment, type ReactNode } from 'react';
import { NONE } from '../parts/dates.js';
import type { Field } from '../parts/form/fields.js';
import { PageLink } from '../parts/page-link.js';
import { StateTag } from '../parts/state-tag.js';
import { OrganisationLinks } from '../parts/thing-link.js';

type Application = AnswerOf<'applicationShow'>;
type Change = RequestOf<'applicationChange'>['body'];

interface FieldView {
  readonly label: string;
  /** How the value is shown, unless as a text or a list of texts. */
  readonly show?: (application: Application) => ReactNode;
}

interface EditedFieldView extends FieldView {
  /** `not in the form`: only a registry file changes it. */
  readonly edit:
    | (Pick<Field, 'kind' | 'choices' | 'help' | 'clearable'> & { readonly startsEmpty?: true })
    | 'not in the form';
}

/** In the order of the page and of the form. The id is in the address and the name in the heading. */
export const APPLICATION_FIELDS: {
  readonly [K in Exclude<keyof Application, 'id' | 'name'>]: K extends keyof Change
    ? EditedFieldView
    : FieldView;
} = {
  environment: { label: 'Environment' },
  organisations: {
    label: 'Organisations',
    show: ({ organisations }) => <OrganisationLinks odsCodes={organisations} />,
  },
  product: { label: 'Product' },
  accessMode: { label: 'Access mode' },
  capability: { label: 'Capability' },
  asid: { label: 'ASID', edit: { help: '12 digits, issued by NHS England', clearable: true } },
  asidSharedWith: {
    label: 'ASID shared with',
    edit: { kind: 'list', choices: shareableService.options },
  },
  apiKey: {
    label: 'API key',
    edit: { kind: 'secret', help: 'Leave empty to keep the current key', startsEmpty: true },
  },
  apiSecret: {
    label: 'API secret',
    edit: {
      kind: 'secret',
      help: 'For user-restricted access only. Leave empty to keep the current secret',
      startsEmpty: true,
    },
  },
  apimApplicationId: { label: 'APIM application id', edit: { clearable: true } },
  messageSets: {
    label: 'Message sets',
    show: MessageSetLinks,
    edit: { kind: 'list', help: 'All of its message sets, separated by commas' },
  },
  state: {
    label: 'State',
    show: ({ state }) => <StateTag state={state} />,
    edit: { choices: applicationState.options, help: 'A retired application can never be used again' },
  },
  jwksUrl: { label: 'JWKS URL' },
  activeKid: { label: 'Active signing key' },
};

function MessageSetLinks({ messageSets }: Pick<Application, 'messageSets'>) {
  if (messageSets.length === 0) return NONE;
  return messageSets.map((name, index) => (
    <Fragment key={name}>
      {index === 0 ? '' : ', '}
      <PageLink to={`/message-set?name=${encodeURIComponent(name)}`}>{name}</PageLink>
    </Fragment>
  ));
}

type FieldName = keyof typeof APPLICATION_FIELDS;
const NAMES = Object.keys(APPLICATION_FIELDS) as readonly FieldName[];

/** Names and values, as a page shows them. Null: the application has none. */
export function factsOf(application: Application): (readonly [label: string, value: ReactNode])[] {
  return NAMES.map((name) => {
    const { label, show }: FieldView = APPLICATION_FIELDS[name];
    return [label, show === undefined ? textOf(application[name]) : show(application)];
  });
}

/** The fields of the form, filled with what the application has. */
export function editFieldsOf(application: Application): Field[] {
  return NAMES.flatMap((name): Field[] => {
    const view: FieldView | EditedFieldView = APPLICATION_FIELDS[name];
    if (!('edit' in view) || view.edit === 'not in the form') return [];
    const { startsEmpty, ...edit } = view.edit;
    const separator = edit.choices === undefined ? ', ' : ',';
    const initial = startsEmpty === true ? '' : (textOf(application[name], separator) ?? '');
    return [{ name, label: view.label, initial, ...edit }];
  });
}

function textOf(value: Application[FieldName], separator = ', '): string | null {
  if (Array.isArray(value)) return value.length === 0 ? null : value.join(separator);
  return typeof value === 'string' ? value : null;
}
