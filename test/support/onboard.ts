/**
 * Onboards applications for a test: registry entries, owner, signing key, JWKS URL at APIM, and a client key.
 */
import type { Stack } from './servers/stack.ts';

export const ALL_INTERACTIONS = [
  'A004', 'A005', 'A006', 'A007', 'A008', 'A010', 'A011', 'A012', 'A013', 'A014', 'A015', 'A016', 'A019', 'A020',
  'A021', 'A022', 'A023', 'A024', 'A025', 'A026', 'A027', 'A028', 'A029', 'A030', 'A031', 'A032', 'A033', 'A034',
  'A035', 'A036', 'A037', 'A038', 'A040', 'A041', 'A042', 'A043', 'A044',
]; // oxfmt-ignore

export interface NewApplication {
  readonly environment?: string;
  readonly odsCode: string;
  readonly accessMode?: 'application-restricted' | 'user-restricted';
  readonly capability?: 'referrer' | 'provider';
  readonly messageSet?: string;
}

export interface Onboarded extends Required<Omit<NewApplication, 'capability'>> {
  readonly capability: 'referrer' | 'provider' | null;
  readonly apiKey: string;
  readonly asid: string;
  /** The name of a client whose only grant is for this application. */
  readonly client: string;
  readonly clientKey: string;
}

let asids = 200_000_000_000;
const PRODUCT = 'ReferWell';
/** The simulator has few spare keys and generates the others; more at once would take longer than Gatehouse waits for KMS. */
const KEYS_AT_ONCE = 4;

/** Brings applications live, each with a client that is granted nothing else. Several may share an organisation. */
export async function onboard(
  stack: Stack,
  newApplications: readonly NewApplication[],
): Promise<Onboarded[]> {
  const applications = newApplications.map((application) => {
    const environment = application.environment ?? 'local';
    const accessMode = application.accessMode ?? 'application-restricted';
    const capability = accessMode === 'user-restricted' ? null : (application.capability ?? 'provider');
    asids += 1;
    const name = `${application.odsCode}-${environment}-${capability ?? 'user'}`.toLowerCase();
    return {
      environment,
      odsCode: application.odsCode,
      accessMode,
      capability,
      messageSet: application.messageSet ?? 'everything',
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
      applications: applications.map((application) => ({
        organisation: application.odsCode,
        product: PRODUCT,
        environment: application.environment,
        accessMode: application.accessMode,
        ...(application.capability === null ? {} : { capability: application.capability }),
        asid: application.asid,
        apiKey: application.apiKey,
        messageSets: [application.messageSet],
        state: 'live',
      })),
      clients: applications.map((application) => ({
        name: application.client,
        environment: application.environment,
        grants: [
          {
            organisation: application.odsCode,
            product: PRODUCT,
            accessMode: application.accessMode,
            ...(application.capability === null ? {} : { capability: application.capability }),
          },
        ],
      })),
    },
  });
  for (const odsCode of odsCodes) await appointOwner(stack, odsCode);
  const live = await atMost(KEYS_AT_ONCE, applications, (application) => goLive(stack, application));
  await stack.settled();
  return live;
}

/** Maps the items in order, with at most `limit` of them under way. */
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

async function goLive(stack: Stack, application: Draft): Promise<Onboarded> {
  const key = await stack.admin<{ jwksUrl: string }>('POST', '/signing-keys', {
    environment: application.environment,
    organisation: application.odsCode,
    product: PRODUCT,
    accessMode: application.accessMode,
    ...(application.capability === null ? {} : { capability: application.capability }),
  });
  // The public listener is on a free port that was not known when the settings were written.
  const jwksUrl = stack.gateway.public + new URL(key.jwksUrl).pathname;
  await stack.simulators.get(application.environment)?.control('PUT', `/apps/${application.apiKey}`, {
    name: application.client,
    products: [application.accessMode],
    attributes: {
      asid: application.asid,
      'jwks-resource-url': jwksUrl,
      ...(application.capability === null
        ? {}
        : {
            'app-restricted-ods-code': application.odsCode,
            'app-restricted-user-id': '555073103100',
            'app-restricted-business-function': `${application.capability.toUpperCase()}_AUTHORISED_APPLICATION`,
          }),
    },
  });
  const issued = await stack.admin<{ key: string }>(
    'POST',
    `/clients/${application.environment}/${application.client}/keys`,
    {},
  );
  return { ...application, clientKey: issued.key };
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

/** An A008 body that an application-restricted application may send. */
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

/** Grants a write exception and records the owner's co-signature, without which it allows nothing. */
export async function allowWrite(stack: Stack, exception: object): Promise<{ readonly id: string }> {
  const granted = await stack.admin<{ id: string }>('POST', '/write-exceptions', exception);
  await stack.admin('POST', `/write-exceptions/${granted.id}/co-signature`, { reference: 'TEST-SIGNED' });
  return granted;
}
