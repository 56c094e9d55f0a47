/**
 * The NHS environments a deployment can speak to. Token URL, audience and API base are properties of the
 * environment and never typed per tenant, since mixing them up is what suppliers trip over most
 * (docs/reference/protocol-facts.md §3.4, §7).
 */
import { readFileSync } from 'node:fs';
import { checkShape } from '@gatehouse/contracts/fault-words';
import { faultsOf } from '@gatehouse/contracts/problem';
import { decodeTextFile } from '@gatehouse/domain/input/text-file';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';

/** One spelling for one address, so that what is read here is what is called. */
const url = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .refine(
    (value) => isPlain(value),
    'must be written plainly: no user name, query, fragment or dots in the path',
  );

function isPlain(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { href, username, search, hash, hostname, port, protocol } = new URL(value);
  const spelt =
    protocol === 'https:' && port === '' ? value.replace(/^(https:\/\/[^/]+):443(?=\/|$)/, '$1') : value;
  const bare = username === '' && search === '' && hash === '' && !hostname.endsWith('.');
  return bare && (href === spelt || href === `${spelt}/`);
}

export const environmentSchema = z
  .strictObject({
    name: z
      .string()
      .regex(
        /^[a-z][a-z0-9-]{0,30}$/,
        'must begin with a lower-case letter and have lower-case letters, digits and hyphens, at most 31',
      ),
    /** `open`: the sandbox, with no tokens, ASIDs or owners. */
    kind: z.enum(['authenticated', 'open']),
    tokenUrl: url.optional(),
    /** Ends in /referrals; catalogue paths, which start with /FHIR, are appended. */
    apiBaseUrl: url.refine((value) => value.endsWith('/referrals'), 'must end in /referrals'),
    cis2Issuer: url.optional(),
    /** Whether changes that matter need a second person. Counts at the first start alone; then the database does. */
    fourEyes: z.boolean().optional(),
    /** Quota of one APIM application; NHS England sets it lower on the path to live. */
    requestsPerMinute: z.number().int().min(1).default(600),
    /** `host` (port 443) or `host:port` that an e-RS 307 may point to. */
    redirectHosts: z
      .array(
        z
          .string()
          .regex(
            /^[a-z0-9.-]+(?::[0-9]{1,5})?$/,
            'must be a host in lower case, or host:port, without https://',
          ),
      )
      .default([]),
  })
  .refine((value) => value.kind === 'open' || value.tokenUrl !== undefined, {
    path: ['tokenUrl'],
    error: 'an authenticated environment needs a tokenUrl',
  });

export type Environment = z.infer<typeof environmentSchema>;

export const BUILT_IN_ENVIRONMENTS: readonly Environment[] = [
  {
    name: 'sandbox',
    kind: 'open',
    apiBaseUrl: 'https://sandbox.api.service.nhs.uk/referrals',
    requestsPerMinute: 600,
    redirectHosts: [],
  },
  {
    name: 'int',
    kind: 'authenticated',
    tokenUrl: 'https://int.api.service.nhs.uk/oauth2/token',
    apiBaseUrl: 'https://int.api.service.nhs.uk/referrals',
    cis2Issuer:
      'https://am.nhsint.auth-ptl.cis2.spineservices.nhs.uk:443/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare',
    requestsPerMinute: 600,
    redirectHosts: [],
  },
  {
    name: 'prod',
    kind: 'authenticated',
    tokenUrl: 'https://api.service.nhs.uk/oauth2/token',
    apiBaseUrl: 'https://api.service.nhs.uk/referrals',
    cis2Issuer:
      'https://am.nhsidentity.spineservices.nhs.uk:443/openam/oauth2/realms/root/realms/NHSIdentity/realms/Healthcare',
    requestsPerMinute: 600,
    redirectHosts: [],
  },
];

const fileSchema = z.strictObject({ environments: z.array(environmentSchema).min(1) });

/**
 * Built-in environments, with those of the file added or put in their place.
 * @returns the environments by name, or the faults of the file in words
 */
export function readEnvironments(file: string | undefined): {
  environments: Map<string, Environment>;
  faults: string[];
} {
  const environments = new Map(BUILT_IN_ENVIRONMENTS.map((environment) => [environment.name, environment]));
  if (file === undefined) return { environments, faults: [] };
  const { content, faults } = readFile(file);
  if (faults.length > 0) return { environments, faults };
  const checked = checkShape(fileSchema, content);
  if (!checked.success) {
    const shapeFaults = faultsOf(checked.error).map(
      ({ pointer, detail }) => `${placeOf(pointer, content)}: ${detail}`,
    );
    return { environments, faults: shapeFaults };
  }
  for (const environment of checked.data.environments) environments.set(environment.name, environment);
  return { environments, faults: [] };
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'permission was denied',
  EISDIR: 'it is a folder',
};

function readFile(file: string): { readonly content: unknown; readonly faults: string[] } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    return { content: undefined, faults: [`the file can't be read: ${UNREADABLE[code] ?? message}`] };
  }
  const { text, fault } = decodeTextFile(bytes);
  if (fault !== undefined)
    return { content: undefined, faults: [`line ${fault.line}, byte ${fault.byte}: ${fault.detail}`] };
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const faults = document.errors.map(({ pos: [offset], message }) => {
    const { line, col } = lineCounter.linePos(offset);
    return `line ${line}, column ${col}: this is not valid YAML: ${message}`;
  });
  return { content: faults.length === 0 ? document.toJS() : undefined, faults };
}

const namedEntries = z.object({ environments: z.array(z.object({ name: z.string() }).catch({ name: '' })) });

/** An environment by its name, where it has one: `prod.tokenUrl`, `environments.1.name`, `the file`. */
function placeOf(pointer: string, content: unknown): string {
  const path = pointer.split('/').slice(1);
  const [list, index, ...rest] = path;
  if (list === undefined) return 'the file';
  const entries = namedEntries.safeParse(content).data?.environments;
  const name = entries?.[Number(index)]?.name ?? '';
  return name === '' || rest.length === 0 || rest[0] === 'name' ? path.join('.') : [name, ...rest].join('.');
}
