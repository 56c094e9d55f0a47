/**
 * Onboarding in a test, in the order of docs/guides/onboarding.md: binding, key, JWKS at APIM, owner, live, client.
 */
import type { Stack } from './servers/stack.ts';

export const ALL_INTERACTIONS = [
  'A004', 'A005', 'A006', 'A007', 'A008', 'A010', 'A011', 'A012', 'A013', 'A014', 'A015', 'A016', 'A019', 'A020',
  'A021', 'A022', 'A023', 'A024', 'A025', 'A026', 'A027', 'A028', 'A029', 'A030', 'A031', 'A032', 'A033', 'A034',
  'A035', 'A036', 'A037', 'A038', 'A040', 'A041', 'A042', 'A043', 'A044',
]; // prettier-ignore

export interface ApplicationWanted {
  readonly environment?: string;
  readonly odsCode: string;
  readonly accessMode?: 'application-restricted' | 'user-restricted';
  readonly capability?: 'referrer' | 'provider';
  readonly messageSet?: string;
}

export interface Onboarded extends Required<Omit<ApplicationWanted, 'capability'>> {
  readonly capability: 'referrer' | 'provider' | null;
  readonly apiKey: string;
  readonly asid: string;
  /** Name of a client whose only grant is this application. */
  readonly client: string;
  readonly clientKey: string;
}

let asids = 200_000_000_000;
const PRODUCT = 'ReferWell';
/** The simulator has few spare keys and generates the others; more at once would take longer than Gatehouse waits for KMS. */
const KEYS_AT_ONCE = 4;

/** Everything live, each with a client of one grant. The same organisation may come several times. */
export async function onboard(stack: Stack, wanted: readonly ApplicationWanted[]): Promise<Onboarded[]> {
  const applications = wanted.map((one) => {
    const environment = one.environment ?? 'local';
    const accessMode = one.accessMode ?? 'application-restricted';
    const capability = accessMode === 'user-restricted' ? null : (one.capability ?? 'provider');
    asids += 1;
    const name = `${one.odsCode}-${environment}-${capability ?? 'user'}`.toLowerCase();
    return {
      environment,
      odsCode: one.odsCode,
      accessMode,
      capability,
      messageSet: one.messageSet ?? 'everything',
      apiKey: `key-${name}-${asids}`,
      asid: String(asids),
      client: `client-${name}`,
    };
  });
  const odsCodes = [...new Set(applications.map(({ odsCode }) => odsCode))];
  await stack.admin('POST', '/registry/apply', {
    document: {
      apiVersion: 'gatehouse/v1',
      organisations: odsCodes.map((odsCode) => ({ odsCode, name: `Synthetic Trust ${odsCode}` })),
      products: [{ name: PRODUCT }],
      messageSets: [{ name: 'everything', interactions: ALL_INTERACTIONS }],
      applications: applications.map((one) => ({
        organisation: one.odsCode,
        product: PRODUCT,
        environment: one.environment,
        accessMode: one.accessMode,
        ...(one.capability === null ? {} : { capability: one.capability }),
        asid: one.asid,
        apiKey: one.apiKey,
        messageSets: [one.messageSet],
        state: 'live',
      })),
      clients: applications.map((one) => ({
        name: one.client,
        environment: one.environment,
        grants: [
          {
            organisation: one.odsCode,
            product: PRODUCT,
            accessMode: one.accessMode,
            ...(one.capability === null ? {} : { capability: one.capability }),
          },
        ],
      })),
    },
  });
  for (const odsCode of odsCodes) await appointOwner(stack, odsCode);
  const live = await atMost(KEYS_AT_ONCE, applications, (one) => goLive(stack, one));
  await stack.settled();
  return live;
}

/** Maps the items in order, with at most so many under way. */
async function atMost<Item, Result>(
  limit: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}

type Draft = Omit<Onboarded, 'clientKey'>;

async function goLive(stack: Stack, one: Draft): Promise<Onboarded> {
  const key = await stack.admin<{ jwksUrl: string }>('POST', '/signing-keys', {
    environment: one.environment,
    organisation: one.odsCode,
    product: PRODUCT,
    accessMode: one.accessMode,
    ...(one.capability === null ? {} : { capability: one.capability }),
  });
  // The public listener has a free port, which the setting could not know.
  const jwksUrl = stack.gateway.public + new URL(key.jwksUrl).pathname;
  await stack.simulators.get(one.environment)?.control('PUT', `/apps/${one.apiKey}`, {
    name: one.client,
    products: [one.accessMode],
    attributes: {
      asid: one.asid,
      'jwks-resource-url': jwksUrl,
      ...(one.capability === null
        ? {}
        : {
            'app-restricted-ods-code': one.odsCode,
            'app-restricted-user-id': '555073103100',
            'app-restricted-business-function': `${one.capability.toUpperCase()}_AUTHORISED_APPLICATION`,
          }),
    },
  });
  const issued = await stack.admin<{ key: string }>(
    'POST',
    `/clients/${one.environment}/${one.client}/keys`,
    {},
  );
  return { ...one, clientKey: issued.key };
}

export async function appointOwner(
  stack: Stack,
  odsCode: string,
  reviewDueOn = new Date(Date.now() + 300 * 86_400_000).toISOString().slice(0, 10),
): Promise<string> {
  const { id } = await stack.admin<{ id: string }>('POST', '/sro-appointments', {
    organisation: odsCode,
    environments: [...stack.simulators.keys()],
    name: 'Test Owner',
    email: 'owner@example.org',
    jobTitle: 'Chief Information Officer',
    spineUserId: '555073103100',
    authority: {
      cioName: 'Test Officer',
      reference: 'REF-1',
      date: '2026-01-05',
      documentSha256: 'a'.repeat(64),
    },
    reviewDueOn,
  });
  await stack.admin('POST', `/sro-appointments/${id}/accept`, {});
  return id;
}

/** An A008 body that application-restricted access may send. */
export function worklistBody(serviceId = '11000'): string {
  return JSON.stringify({
    resourceType: 'Parameters',
    meta: { profile: ['https://fhir.nhs.uk/STU3/StructureDefinition/eRS-FetchWorklist-Parameters-1'] },
    parameter: [
      {
        name: 'listType',
        valueCodeableConcept: {
          coding: [
            {
              system: 'https://fhir.nhs.uk/STU3/CodeSystem/eRS-ReferralListSelector-1',
              code: 'REFERRALS_FOR_REVIEW',
            },
          ],
        },
      },
      {
        name: 'service',
        valueIdentifier: { system: 'http://fhir.nhs.net/Id/ers-service', value: serviceId },
      },
    ],
  });
}

/** Grants a write exception and records the owner's co-signature: only then is anything open. */
export async function allowWrite(stack: Stack, exception: object): Promise<{ readonly id: string }> {
  const granted = await stack.admin<{ id: string }>('POST', '/write-exceptions', exception);
  await stack.admin('POST', `/write-exceptions/${granted.id}/co-signature`, { reference: 'TEST-SIGNED' });
  return granted;
}
