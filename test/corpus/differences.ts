/**
 * Where Gatehouse differs from what the corpus expects, and why. The laws (docs/laws.md) win over the corpus. An entry
 * here that is no longer different fails the run, so that the list stays as short as it can be.
 */
import type { Expected } from './entries.ts';

export interface Difference {
  /** What is expected instead; the rest of the corpus's expectation applies. */
  readonly instead: Partial<Expected>;
  readonly why: string;
}

const UNFILTERED_WORKLIST: Difference = {
  instead: { status: [403], gw: 'GW_WORKLIST_FILTER', issue: 'forbidden', audit: 'DENIED', upstream: 0 },
  why: 'application-restricted A008 needs a permitted worklist and a service filter in its body (docs/reference/protocol-facts.md §1.6); the same with such a body is in further.jsonl (id with a W) and passes as the corpus expects',
};

export const DIFFERENCES: Readonly<Record<string, Difference>> = {
  'BODY-034': UNFILTERED_WORKLIST,
  'FRAME-060': UNFILTERED_WORKLIST,
  'DUP-027': {
    instead: { issue: 'structure' },
    why: 'a NUL in a header is refused by the parser, which does not say in which header; DUP-013 expects structure of the same fault',
  },
  'UPST-003': {
    instead: { status: [307], gw: null, issue: null },
    why: 'a 307 is handed on if its Location is https on an allow-listed host and never followed (docs/guides/calling.md), so a later loop is not seen; other Locations are refused, see UPST-101 and UPST-102',
  },
  'UPST-014': {
    instead: { status: [502], gw: 'GW_UPSTREAM_PROTOCOL', issue: 'exception' },
    why: 'our own token in an answer makes it a 502 (docs/guides/calling.md); no status of e-RS is passed with it',
  },
  'SLOW-002': {
    instead: { audit: 'DENIED' },
    why: 'a slow body belongs to a known client: its refusal has a row, not only a count',
  },
  'SLOW-004': {
    instead: { status: [200], gw: null, issue: null, audit: 'INTENT+OUTCOME', upstream: 1 },
    why: 'an answer is being streamed when its reader stalls: INTENT, OUTCOME and END=aborted tell it, and the connection is cut',
  },
  'SLOW-005': {
    instead: { audit: 'NONE' },
    why: 'a connection over the cap is closed as it comes; counting each would let the flood write the trail',
  },
  'XTEN-007': {
    instead: { status: [403], gw: 'GW_APPLICATION_STATE', issue: 'forbidden', upstream: 0 },
    why: 'the corpus says that the late token is discarded, and so the call must be refused; 200 can only be meant for the other tenant',
  },
};

/** Classes about features that Gatehouse does not have, or that another proof covers. */
export const OTHER_CLASSES: Readonly<Record<string, string>> = {
  ASSERT: 'Gatehouse has no token endpoint (README of the corpus)',
  OIDC: 'user-sign-in.spec.ts',
  SESS: 'corpus-staff.spec.ts',
  CSRF: 'corpus-staff.spec.ts',
  CORS: 'corpus-staff.spec.ts',
  REDIR: 'corpus-staff.spec.ts, and user-sign-in.spec.ts for the public listener',
  SSRF: 'corpus-staff.spec.ts',
  BOLA: 'corpus-staff.spec.ts',
};
