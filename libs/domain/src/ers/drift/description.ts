/**
 * What the Markdown of the e-RS OpenAPI file says about access and limits. The headings and phrases are those of
 * NHSDigital/e-referrals-service-api, specification/components/{stu3,r4}/schemas/endpoints. Every rule looks at one line
 * at a time, so that the time is linear in the length of the text.
 */
import type { Capability } from '../../registry/records/vocabulary.js';

export interface Described {
  /** Under “Supported security patterns”. */
  readonly isOpenToApplications: boolean;
  /** Whose context a calling application works in; both if the text names neither. */
  readonly capabilities: readonly Capability[];
  /** “You will be required to submit your use case for review.” */
  readonly needsUseCase: boolean;
  /** Listed after “use one of the following e-RS roles”, in every section that has such a list. */
  readonly businessFunctions: readonly string[];
  readonly limits: readonly string[];
}

const PROVIDER = /\bcontext of a (?:Service )?Provid(?:er|ing) Organisation/i;
const REFERRER = /\bcontext of a Referr(?:er|ing) Organisation/i;
const USE_CASE = /\bsubmit your use case for review\b/i;
const ROLES_FOLLOW = /\bfollowing e-RS roles?\b/i;
const FUNCTION = /`([A-Z][A-Z_]{2,63})`/g;
const SIZE = /\b([0-9]{1,6}) ?(KB|MB|GB)\b/g;
const TIMES = /\bup to ([a-z]{1,10}|[0-9]{1,6}) times (?:per|a) day\b/g;

export function readDescription(markdown: string): Described {
  const lines = markdown.split('\n').map((line) => line.trim());
  const functions = new Set<string>();
  const limits = new Set<string>();
  const capabilities = new Set<Capability>();
  let isOpenToApplications = false;
  let needsUseCase = false;
  let within: 'patterns' | 'roles' | null = null;
  for (const line of lines) {
    if (line.startsWith('#')) within = /^#+ Supported security patterns?\b/i.test(line) ? 'patterns' : null;
    if (within === 'patterns' && /^[-*] Application-restricted\b/i.test(line)) isOpenToApplications = true;
    // A list or a table of roles ends with the first line that is neither.
    if (within === 'roles' && line !== '' && !/^[-*|]/.test(line)) within = null;
    if (within === 'roles') for (const [, name = ''] of line.matchAll(FUNCTION)) functions.add(name);
    if (ROLES_FOLLOW.test(line)) within = 'roles';
    if (PROVIDER.test(line)) capabilities.add('provider');
    if (REFERRER.test(line)) capabilities.add('referrer');
    if (USE_CASE.test(line)) needsUseCase = true;
    for (const [, number = '', unit = ''] of line.matchAll(SIZE)) limits.add(`${number} ${unit}`);
    for (const [, times = ''] of line.matchAll(TIMES)) limits.add(`${times} times per day`);
  }
  return {
    isOpenToApplications,
    capabilities: capabilities.size === 0 ? ['provider', 'referrer'] : [...capabilities].sort(),
    needsUseCase,
    businessFunctions: [...functions].sort(),
    limits: [...limits].sort(),
  };
}

/** The interactions that the table of access modes gives to applications; null if the text has no such table. */
export function tableOfApplications(markdown: string): ReadonlySet<string> | null {
  const row = markdown.split('\n').find((line) => /^\s*\| ?Application-restricted\b/i.test(line));
  const ids = row?.match(/A[0-9]{3}(?![0-9])/g) ?? [];
  return ids.length === 0 ? null : new Set(ids);
}
