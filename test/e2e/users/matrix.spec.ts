/**
 * The matrix of user-restricted access over HTTP: every row of the catalogue × ten functions × on behalf of somebody or
 * not × whether the message set contains it. The oracle reads docs/reference/interactions.json, which was generated
 * from e-RS's specification, and shares nothing with the catalogue.
 */
import { readFileSync } from 'node:fs';
import { USER_FUNCTIONS } from '@gatehouse/domain/users/roles';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apply, type Arrival, type AuditRecord, sendRequest, watch } from '../../support/answers.ts';
import { type Stack, startStack } from '../../support/servers/stack.ts';
import { addPerson, onboardUsers, signIn } from '../../support/users/onboard-users.ts';
import {
  createReferrals,
  headersOf,
  operationOf,
  type Row,
  ROWS,
  SPCA,
} from '../../support/users/requests.ts';

const USER = '700000000201';
const SOMEBODY = '700000000202';
/** R69 may make every request; the message sets of the others have one interaction each. */
const ODS_CODES = { everything: 'R69', a004: 'RCD', a005: 'X26' };
const ON_BEHALF_OF = 'NHSD-eRS-On-Behalf-Of-User-ID';

interface Specified {
  readonly method: string;
  readonly path: string;
  readonly userRestricted: { readonly businessFunctions: readonly string[] | null };
  readonly headers: readonly { readonly name: string }[];
}
interface Cell {
  readonly businessFunction: string;
  readonly onBehalfOf: boolean;
  readonly contained: boolean;
}

const TABLE = new URL('../../../docs/reference/interactions.json', import.meta.url);
const { interactions } = JSON.parse(readFileSync(TABLE, 'utf8')) as { interactions: readonly Specified[] };
const CELLS: readonly Cell[] = USER_FUNCTIONS.flatMap((businessFunction) =>
  [false, true].flatMap((onBehalfOf) =>
    [true, false].map((contained) => ({ businessFunction, onBehalfOf, contained })),
  ),
);

function specifiedOf([method, path]: Row): Specified {
  const matches = interactions.filter(
    (one) =>
      one.method === method &&
      path.split('?')[0]?.split('/').length === one.path.split('/').length &&
      one.path
        .split('/')
        .every((part, at) => part.startsWith('{') || part === path.split('?')[0]?.split('/')[at]),
  );
  const [specified, ...more] = matches;
  if (specified === undefined || more.length > 0)
    throw new Error(`${method} ${path}: ${matches.length} rows`);
  return specified;
}
const takes = ({ headers }: Specified, header: string) => headers.some(({ name }) => name === header);

/** The code with which a cell is refused, or `passed`. */
function expectedOf(specified: Specified, { businessFunction, onBehalfOf, contained }: Cell): string {
  const functions = specified.userRestricted.businessFunctions;
  if (functions !== null && !functions.includes(businessFunction)) return '403 GW_BUSINESS_FUNCTION';
  if (takes(specified, ON_BEHALF_OF)) {
    if (businessFunction === SPCA && !onBehalfOf) return '400 GW_HEADER_SYNTAX';
    if (businessFunction !== SPCA && onBehalfOf) return '403 GW_HEADER_FORBIDDEN';
  }
  return contained ? 'passed' : '403 GW_MESSAGE_SET';
}

let stack: Stack;
let key: string;
let handle: string;

beforeAll(async () => {
  stack = await startStack({ worker: false, requestsPerMinute: 100_000 });
  const odsCodes = Object.values(ODS_CODES);
  ({ clientKey: key } = await onboardUsers(
    stack,
    odsCodes.map((odsCode) => [odsCode]),
  ));
  await apply(stack, {
    messageSets: [
      { name: 'a004', interactions: ['A004'] },
      { name: 'a005', interactions: ['A005'] },
    ],
    applications: (['a004', 'a005'] as const).map((messageSet) => ({
      organisations: [ODS_CODES[messageSet]],
      ...{ product: 'ReferWell', environment: 'local', accessMode: 'user-restricted' },
      messageSets: [messageSet],
    })),
  });
  await stack.settled();
  await stack.simulator.control('POST', '/options', { relationships: 'any' });
  await createReferrals(stack);
  const roles = Object.fromEntries(odsCodes.map((odsCode) => [odsCode, USER_FUNCTIONS]));
  await addPerson(stack, { userId: USER, roles, onBehalfOf: [SOMEBODY] });
  ({ handle } = await signIn(stack, key, USER));
}, 120_000);
afterAll(() => stack.stop());

function odsCodeOf(interaction: string, contained: boolean): string {
  if (contained) return ODS_CODES.everything;
  return interaction === 'A004' ? ODS_CODES.a005 : ODS_CODES.a004;
}

function call(row: Row, odsCode: string, { businessFunction, onBehalfOf }: Cell) {
  const [method, path, , , { body } = {}] = row;
  return sendRequest(stack.gateway.partner, path, {
    ...{ key, method, ...(body === undefined ? {} : { body }) },
    headers: {
      'Gatehouse-User-Session': handle,
      'NHSD-End-User-Organisation-ODS': odsCode,
      'NHSD-eRS-Business-Function': businessFunction,
      ...(onBehalfOf ? { [ON_BEHALF_OF]: SOMEBODY } : {}),
      ...headersOf(row),
    },
  });
}

/** What e-RS was sent, and what the trail says, of a call that passed. */
function evidenceOf(arrival: Arrival | undefined, intent: AuditRecord | undefined) {
  const sent = new Map((arrival?.headers ?? []).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    sent: [
      sent.get('nhsd-end-user-organisation-ods') ?? null,
      sent.get('nhsd-ers-business-function') ?? null,
      sent.get(ON_BEHALF_OF.toLowerCase()) ?? null,
    ],
    recorded: [intent?.['odsCode'], intent?.['businessFunction'], intent?.['onBehalfOfUserId']],
  };
}

describe('user-restricted access: interaction × function × on behalf of × message set', () => {
  it('has 1,600 cells', () => {
    expect(new Set(ROWS.map(specifiedOf)).size * CELLS.length).toBe(1_600);
  });

  it.each(ROWS)('%s %s', async (...row) => {
    const specified = specifiedOf(row);
    const { interaction } = operationOf(row);
    const takesFunction = takes(specified, 'NHSD-eRS-Business-Function');
    const arrivals = await watch(stack);
    const cells = [];
    for (const cell of CELLS) {
      const odsCode = odsCodeOf(interaction, cell.contained);
      const answer = await call(row, odsCode, cell);
      const isOurs = answer.header('gatehouse-error-source') === 'gateway';
      cells.push({
        ...{ cell, odsCode, correlationId: answer.correlationId },
        attemptId: answer.header('gatehouse-attempt-id'),
        verdict: isOurs ? `${answer.status} ${String(answer.header('gatehouse-error-code'))}` : 'passed',
      });
    }
    expect(cells.filter(({ cell, verdict }) => verdict !== expectedOf(specified, cell))).toEqual([]);

    const { rows } = await stack.sql.query<{ kind: string; correlationId: string; record: AuditRecord }>(
      `SELECT kind, correlation_id AS "correlationId", record FROM audit.event
       WHERE correlation_id = ANY ($1) AND kind IN ('INTENT', 'DENIED')`,
      [cells.map(({ correlationId }) => correlationId)],
    );
    const records = new Map(rows.map((one) => [one.correlationId, one]));
    const refused = cells.filter(({ verdict }) => verdict !== 'passed');
    expect(refused.filter(({ correlationId }) => records.get(correlationId)?.kind !== 'DENIED')).toEqual([]);

    const passed = cells.filter(({ verdict }) => verdict === 'passed');
    const hits = await arrivals('ers');
    expect(hits.map((hit) => hit.correlationId)).toEqual(passed.map(({ attemptId }) => attemptId));
    for (const [at, { cell, odsCode, correlationId }] of passed.entries()) {
      const headers = [
        takesFunction ? odsCode : null,
        takesFunction ? cell.businessFunction : null,
        cell.onBehalfOf && takes(specified, ON_BEHALF_OF) ? SOMEBODY : null,
      ];
      expect({ cell, ...evidenceOf(hits[at], records.get(correlationId)?.record) }).toEqual({
        ...{ cell, sent: headers },
        recorded: [odsCode, ...headers.slice(1)],
      });
    }
  });
});
