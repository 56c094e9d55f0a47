/**
 * JWKS URLs that do not answer, from outside, with the keys of the registry. API Management rejects what a key signs that it
 * has not read there (docs/reference/protocol-facts.md §4).
 */
import { jwksBody, publishedKeys } from '../apim/jwks.js';
import { isPublished } from '../registry/signing-key.js';
import type { Snapshot } from '../registry/registry.js';
import type { Finding } from './finding.js';

/** URLs that one run reads, so that a run is short however many there are. */
export const JWKS_AT_ONCE = 50;

type Owners = Pick<Snapshot, 'applicationsByJwksId' | 'cis2ClientsByJwksId'>;

export interface WatchedJwks {
  readonly jwksId: string;
  readonly kind: 'application' | 'cis2-client';
  readonly id: string;
  readonly product: string;
  readonly environment: string;
}

/** What was wrong with it, in words without secrets. */
export interface WrongJwks extends WatchedJwks {
  readonly fault: string;
}

/**
 * The URLs that have keys: those that are wrong already, and as many others as fit into a run. Each turn reads the next ones,
 * until all were read and the first ones follow again.
 * @param wrong ids of JWKS URLs
 * @param turn counts the runs; a number that is used again or left out does no harm
 */
export function jwksToRead(
  { applicationsByJwksId, cis2ClientsByJwksId }: Owners,
  environments: ReadonlySet<string>,
  wrong: ReadonlySet<string>,
  turn: number,
): WatchedJwks[] {
  const owners = [
    ...[...applicationsByJwksId.values()].map((owner) => ({ ...owner, kind: 'application' as const })),
    ...[...cis2ClientsByJwksId.values()].map((owner) => ({ ...owner, kind: 'cis2-client' as const })),
  ].filter(
    ({ environment, signingKeys }) =>
      environments.has(environment) && signingKeys.some(({ state }) => isPublished(state)),
  );
  const urls = owners
    .map(({ jwksId, kind, id, product, environment }) => ({ jwksId, kind, id, product, environment }))
    .toSorted((a, b) => (a.jwksId < b.jwksId ? -1 : 1));
  const first = urls.filter(({ jwksId }) => wrong.has(jwksId)).slice(0, JWKS_AT_ONCE);
  const others = urls.filter(({ jwksId }) => !wrong.has(jwksId));
  const room = Math.min(JWKS_AT_ONCE - first.length, others.length);
  return [
    ...first,
    ...Array.from({ length: room }, (_, at) => others[(turn * room + at) % others.length]),
  ].filter((url) => url !== undefined);
}

/** Why an answer is not what the registry holds; null: it is, byte for byte. */
export function jwksFault(registry: Owners, jwksId: string, body: string): string | null {
  const keys = publishedKeys(registry, jwksId) ?? [];
  return body === jwksBody(keys) ? null : 'it answers with other keys than the registry holds';
}

/** One for each URL. If none that was read is right, the public address itself is at fault, which is one finding. */
export function jwksFindings(
  registry: Pick<Snapshot, 'organisations'>,
  read: readonly WatchedJwks[],
  wrong: readonly WrongJwks[],
): Finding[] {
  if (read.length > 1 && wrong.length === read.length) return [allWrong(wrong)];
  return wrong.map((url) => ({
    key: jwksKey(url.jwksId),
    notice: {
      kind: 'alarm',
      title: `The JWKS URL of ${url.product} in ${url.environment} is not as the registry has it`,
      body: `Read from outside twice, ${url.fault}. ${MEANS}`,
      whatToDo: WHAT_TO_DO,
      path: pageOf(url),
      odsCodes: url.kind === 'application' ? organisationsOf(registry, url.id) : [],
      staffId: null,
    },
  }));
}

const KEY = 'jwks ';
const jwksKey = (jwksId: string): string => KEY + jwksId;

/** The ids of the JWKS URLs that findings are about. @param keys of findings */
export const wrongJwks = (keys: Iterable<string>): ReadonlySet<string> =>
  new Set([...keys].map((key) => key.slice(KEY.length)));

const MEANS = 'NHS England rejects what a key signs that it can’t read there.';
const WHAT_TO_DO =
  'Look at what stands between the internet and the public listener (a cache, a firewall, a certificate), and whether a process with the role “public” runs and has the newest registry. This ends by itself once the URL answers with the right keys.';

function allWrong(wrong: readonly WrongJwks[]): Finding {
  const [first] = wrong;
  return {
    key: jwksKey('of all'),
    notice: {
      kind: 'alarm',
      title: 'No JWKS URL is as the registry has it',
      body: `${String(wrong.length)} URLs were read from outside twice, and none was right. Of the first, ${first?.fault ?? 'nothing is known'}. ${MEANS}`,
      whatToDo: WHAT_TO_DO,
      path: '/signing-keys',
      odsCodes: [],
      staffId: null,
    },
  };
}

const pageOf = ({ kind, id }: WatchedJwks): string =>
  kind === 'application' ? `/applications/${id}/show` : `/cis2-clients/${id}/show`;

const organisationsOf = (
  { organisations }: Pick<Snapshot, 'organisations'>,
  applicationId: string,
): string[] =>
  [...organisations.values()]
    .filter(({ bindings }) => bindings.some(({ application }) => application.id === applicationId))
    .map(({ odsCode }) => odsCode);
