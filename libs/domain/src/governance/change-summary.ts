/** What a requested change would do, in sentences for the person who decides on it. */
import { monthsInWords } from '../audit/archive/retention.js';
import type { DiffRow } from './change-diff.js';
import { stepsOfPlan } from './plan-rows.js';
import {
  APPLICATION_STATES,
  becomes,
  KEY_STATES,
  ofMessageSet,
  type Row,
  RUNNING_STATES,
  text,
} from './change-words.js';

/** Who an application is: the one a row belongs to, or that a row would write. */
export interface ApplicationInWords {
  /** ODS codes. */
  readonly organisations: readonly string[];
  readonly product: string;
  readonly environment: string;
  readonly accessMode: string;
  readonly capability: string | null;
}

/** What the ids in the rows stand for. Undefined: not recorded. */
export interface Names {
  readonly organisation: (odsCode: string) => string | undefined;
  readonly application: (id: string) => ApplicationInWords | undefined;
  readonly client: (id: string) => { readonly name: string; readonly environment: string } | undefined;
  readonly cis2Client: (id: string) => { readonly product: string; readonly environment: string } | undefined;
  /** Whether all of these organisations have a senior responsible owner in force, or need none there. */
  readonly hasSro: (odsCodes: readonly string[], environment: string) => boolean;
}

/** The weightiest first: the first sentence stands for the change in a list. */
const ORDER = [
  ...['impact_plan', 'environment', 'audit_record', 'application', 'organisation', 'client', 'signing_key'],
  ...['rotation_policy', 'trail_retention'],
  ...['sro_appointment', 'write_exception', 'client_grant', 'cis2_client', 'message_set'],
  ...['application_message_set', 'binding'],
  ...['assurance_floor', 'product'],
];

/** @returns at least one sentence, each said once */
export function changeSummary(rows: readonly DiffRow[], names: Names): readonly string[] {
  const words = new Words(rows, names);
  const place = ({ table }: DiffRow): number => (ORDER.includes(table) ? ORDER.indexOf(table) : ORDER.length);
  const sentences = rows
    .toSorted((one, other) => place(one) - place(other))
    .flatMap((row): readonly (string | null)[] =>
      row.table === 'impact_plan' ? ofPlan(row, names) : [words.sentence(row)],
    );
  const said = [...new Set(sentences.filter((sentence) => sentence !== null))];
  return said.length === 0 ? ['Nothing that is shown here would change.'] : said;
}

/** What each step would do by itself. */
function ofPlan({ before, after }: DiffRow, names: Names): readonly string[] {
  const row = after ?? before ?? {};
  if (before !== null) return [`The plan for ${text(row, 'subject')} would change.`];
  const steps = stepsOfPlan(row).filter(({ rows }) => rows.length > 0);
  return [
    `A plan for ${text(row, 'subject')} could be carried out, one step after the other.`,
    ...steps.flatMap(({ order, title, rows }) =>
      changeSummary(rows, names).map((sentence): string => `Step ${order}, ${title}: ${sentence}`),
    ),
  ];
}

class Words {
  private readonly rows: readonly DiffRow[];
  private readonly names: Names;

  constructor(rows: readonly DiffRow[], names: Names) {
    this.rows = rows;
    this.names = names;
  }

  /** Null for rows that follow from others. */
  sentence({ table, before, after }: DiffRow): string | null {
    const row = after ?? before ?? {};
    switch (table) {
      case 'environment':
        return `Changes that matter in ${text(row, 'name')} would ${row['four_eyes'] === true ? '' : 'no longer '}need a second person.`;
      case 'application':
        return this.ofApplication(row, before, after);
      case 'organisation':
        return `${this.organisation(text(row, 'ods_code'), text(row, 'name'))} ${becomes(before, after, RUNNING_STATES)}.`;
      case 'client':
        return `Client ${text(row, 'name')} in ${text(row, 'environment')} ${becomes(before, after, RUNNING_STATES)}.`;
      case 'cis2_client':
        return `The CIS2 client of ${text(row, 'product')} in ${text(row, 'environment')} ${becomes(before, after, RUNNING_STATES)}.`;
      case 'product':
        return `Product ${text(row, 'name')} ${becomes(before, after, RUNNING_STATES)}.`;
      case 'binding':
        return this.ofBinding(row, before, after);
      case 'application_message_set':
        return this.isNew(row)
          ? null
          : `${this.application(row)} would ${after === null ? 'no longer ' : ''}have the message set ${text(row, 'message_set_name')}.`;
      case 'message_set':
        return ofMessageSet(row, before, after);
      case 'signing_key':
        if (text(row, 'deletion_list') !== '' && row['deletion_list'] !== before?.['deletion_list'])
          return `Signing key ${text(row, 'kid')} of ${this.keyOwner(row)} would be deleted in AWS KMS after 30 days. “Key deletions” shows since when it is disabled and when it last signed.`;
        return `Signing key ${text(row, 'kid')} of ${this.keyOwner(row)} would ${KEY_STATES[text(row, 'state')] ?? 'change'}.`;
      case 'rotation_policy':
        return this.ofPolicy(row, after);
      case 'trail_retention':
        return this.ofRetention(row, after);
      case 'client_grant':
        return this.ofGrant(row, after);
      case 'sro_appointment':
        return this.ofAppointment(row, before);
      case 'write_exception':
        return this.ofException(row, before);
      case 'assurance_floor':
        return this.ofFloor(row, after);
      case 'audit_record':
        return `${text(row, 'to')} would be shown which patients a request of ${text(row, 'time').slice(0, 10)} was about, for an hour.`;
      default:
        return null;
    }
  }

  private ofApplication(row: Row, before: Row | null, after: Row | null): string {
    const state = after?.['state'];
    const goesLive = state === 'live' && before?.['state'] !== 'live';
    const what = becomes(before, after, APPLICATION_STATES);
    return `${this.application(row)} ${what}${goesLive ? this.missingSro(row) : ''}.`;
  }

  private missingSro(row: Row): string {
    const { organisations, environment, accessMode } = this.identity(row);
    if (accessMode !== 'application-restricted' || this.names.hasSro(organisations, environment)) return '';
    return '; no SRO is in force';
  }

  private ofBinding(row: Row, before: Row | null, after: Row | null): string | null {
    // `live` follows the state of the application.
    if ((before !== null && after !== null) || this.isNew(row)) return null;
    const serves = after === null ? 'no longer serve' : 'serve';
    return `${this.application(row)} would ${serves} ${this.organisation(text(row, 'ods_code'))}.`;
  }

  private ofGrant(row: Row, after: Row | null): string {
    const client = this.client(text(row, 'client_id'));
    const access = [text(row, 'access_mode'), text(row, 'capability')].filter((part) => part !== '');
    const grant = `${text(row, 'product')} (${access.join(', ')}) of ${this.organisation(text(row, 'ods_code'))}`;
    return `${client} would ${after === null ? 'no longer use' : 'be granted'} ${grant}.`;
  }

  private ofPolicy(row: Row, after: Row | null): string {
    const odsCode = text(row, 'ods_code');
    const [product, environment] = [text(row, 'product'), text(row, 'environment')];
    const whose =
      odsCode === '' ? `the CIS2 client of ${product}` : `${product} of ${this.organisation(odsCode)}`;
    const rotates =
      after === null ? 'no longer rotate by themselves' : `rotate every ${text(row, 'every_days')} days`;
    return `The signing keys of ${whose} in ${environment} would ${rotates}.`;
  }

  private ofRetention(row: Row, after: Row | null): string {
    const odsCode = text(row, 'ods_code');
    const months = (column: string, otherwise: string): string =>
      after === null || text(after, column) === ''
        ? otherwise
        : `for ${monthsInWords(Number(text(after, column)))}`;
    if (odsCode === '')
      return `The audit trail would stay in the database ${months('keep_online', 'always')}, and be kept ${months('retention', 'for ever')}.`;
    const hold = after === null ? '' : text(after, 'hold');
    const held = hold === '' ? 'and would not be held' : `and would be held: ${hold}`;
    const kept = `Records of ${this.organisation(odsCode)} would be kept ${months('retention', 'as long as all others')} ${held}.`;
    const destroyed = after === null ? '' : text(after, 'destroy_key');
    return destroyed === ''
      ? kept
      : `${kept} Once that time is over, its data key could be destroyed, after which its patients can never be read or found in the audit trail again: ${destroyed}.`;
  }

  private ofAppointment(row: Row, before: Row | null): string {
    const role = text(row, 'role') === 'deputy' ? 'deputy SRO' : 'SRO';
    const where = `${this.organisation(text(row, 'ods_code'))} in ${listed(row['environments'])}`;
    if (before === null) return `${text(row, 'name')} would be appointed as ${role} of ${where}.`;
    return `The appointment of ${text(row, 'name')} as ${role} of ${where} would change.`;
  }

  private ofException(row: Row, before: Row | null): string {
    const interaction = text(row, 'interaction');
    if (before !== null) return `The exception of ${this.application(row)} for ${interaction} would change.`;
    const until = text(row, 'expires_at').slice(0, 10);
    return `${this.application(row)} would be allowed to send ${interaction}, which writes to e-RS, until ${until}.`;
  }

  private ofFloor(row: Row, after: Row | null): string {
    const odsCode = text(row, 'ods_code');
    const whose = odsCode === '' ? 'all organisations' : this.organisation(odsCode);
    const level = after === null ? 'no minimum' : `a minimum of AAL${text(row, 'level')}`;
    return `Users of ${whose} would need ${level}.`;
  }

  private organisation(odsCode: string, name = this.nameWithin(odsCode)): string {
    return name === '' ? odsCode : `${name} (${odsCode})`;
  }

  /** An organisation may be new in the same change. */
  private nameWithin(odsCode: string): string {
    const own = this.rows.find(
      ({ table, after }) => table === 'organisation' && after?.['ods_code'] === odsCode,
    );
    return text(own?.after ?? {}, 'name') || (this.names.organisation(odsCode) ?? '');
  }

  private client(id: string): string {
    const own = this.rows.find(({ table, after }) => table === 'client' && after?.['id'] === id)?.after;
    const named =
      own === undefined || own === null
        ? this.names.client(id)
        : { name: text(own, 'name'), environment: text(own, 'environment') };
    return named === undefined ? 'A client' : `Client ${named.name} in ${named.environment}`;
  }

  private keyOwner(row: Row): string {
    const id = text(row, 'cis2_client_id');
    if (id === '') return this.application(row);
    const client = this.names.cis2Client(id);
    return client === undefined
      ? 'a CIS2 client'
      : `the CIS2 client of ${client.product} in ${client.environment}`;
  }

  private application(row: Row): string {
    const { organisations, product, environment, accessMode, capability } = this.identity(row);
    const access = [accessMode, capability].filter((part) => part !== null && part !== '').join(', ');
    const whose = organisations.map((odsCode) => this.organisation(odsCode)).join(', ');
    return `${product} (${access}) of ${whose} in ${environment}`;
  }

  /** @param row of the application, or of something that belongs to it */
  private identity(row: Row): ApplicationInWords {
    const id = text(row, 'application_id') || text(row, 'id');
    const known = this.names.application(id);
    if (known !== undefined) return known;
    const own =
      this.rows.find(({ table, after }) => table === 'application' && after?.['id'] === id)?.after ?? row;
    const bindings = this.rows.filter(
      ({ table, after }) => table === 'binding' && after?.['application_id'] === id,
    );
    return {
      organisations: bindings.map(({ after }) => text(after ?? {}, 'ods_code')),
      product: text(own, 'product'),
      environment: text(own, 'environment'),
      accessMode: text(own, 'access_mode'),
      capability: text(own, 'capability') || null,
    };
  }

  /** The application of this row is added by the same change, whose own sentence says so. */
  private isNew(row: Row): boolean {
    return this.names.application(text(row, 'application_id')) === undefined;
  }
}

const listed = (value: unknown): string => (Array.isArray(value) ? value.map(String).join(', ') : '');
