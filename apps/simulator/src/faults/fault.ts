import type { Target } from '../wire/exchange.js';

/** Faults that need more than a status and a body. */
export const SCENARIOS = [
  'html-200',
  'set-cookie',
  'hdr-crlf',
  'te-cl',
  'cache',
  'echo-auth',
  'other-corr',
  'links',
  '307-http',
  '307-loop',
  '307-foreign-host',
  'extra-bytes',
  'gzip-bomb',
  'huge-headers',
  'content-length-longer',
  'content-length-shorter',
  'chunked-no-end',
  'token-malformed-json',
  'token-no-access-token',
  'token-empty-access-token',
  'token-huge-access-token',
  'token-type-mac',
  'kms-wrong-key',
  'kms-truncated',
  'kms-wrong-algorithm',
  'kms-ignores-digest',
] as const;

export type Scenario = (typeof SCENARIOS)[number];

/** What goes wrong. All fields apply together; `status`, `body…` and `rawResponse…` replace the real answer. */
export interface Fault {
  readonly delayMs?: number;
  readonly status?: number;
  /** Added to the answer in place of headers of the same name. An object, or ordered pairs if names repeat. */
  readonly headers?: Readonly<Record<string, string>> | readonly (readonly [string, string])[];
  readonly body?: string;
  readonly bodyBase64?: string;
  /** Literal bytes in place of the response; then the connection is closed. */
  readonly rawResponseBase64?: string;
  readonly resetBeforeResponse?: boolean;
  /** Reset after this many bytes of the response body. */
  readonly resetAtByte?: number;
  readonly dripBytesPerSecond?: number;
  readonly stallAfterHeaders?: boolean;
  readonly hang?: boolean;
  /** Handles the request, with its change of state, then resets (or hangs, with `hang`) before the first byte. */
  readonly applyThenReset?: boolean;
  readonly scenario?: Scenario;
  /** Replaces `expires_in` of a token answer; the string `__absent__` leaves it out. */
  readonly tokenExpiresIn?: unknown;
  /** An AWS error name, such as ThrottlingException. */
  readonly kmsError?: string;
}

/** Which requests a fault applies to; all conditions must hold. */
export interface FaultMatch {
  readonly method?: string;
  /** Start of the path, with or without the base path of the proxy or of CIS2. */
  readonly pathPrefix?: string;
  readonly apiKey?: string;
  readonly correlationId?: string;
  readonly kmsAction?: string;
  /** The grant type of a token request, such as `refresh_token`. */
  readonly grantType?: string;
}

export interface FaultOrder {
  readonly target: Target;
  readonly match?: FaultMatch;
  /** The number of requests it applies to; all if left out. */
  readonly times?: number;
  /** The probability, 0 to 1, that it applies to a matching request; 1 if left out. */
  readonly probability?: number;
  readonly fault: Fault;
}
