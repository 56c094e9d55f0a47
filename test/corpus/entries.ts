/** The corpus's entries: how they are read, what they expect, and the bytes they become. */
import { readFileSync } from 'node:fs';
import type { Manner } from './wire.ts';
import type { World } from './world.ts';

export type AuditExpected =
  | 'DENIED'
  | 'INTENT+OUTCOME'
  | 'PARSE_EVENT'
  | 'DENIED_OR_PARSE_EVENT'
  | 'ANY'
  | 'NONE';

export interface Expected {
  readonly status: readonly number[];
  readonly gw: string | null;
  readonly issue: string | null;
  readonly audit: AuditExpected;
  readonly upstream: number | 'n';
  readonly must_not_reflect?: boolean;
  readonly close?: boolean;
  readonly socket_requests?: number;
  readonly forwarded_absent?: readonly string[];
  readonly upstream_headers_present?: readonly string[];
  readonly upstream_framing?: string;
  readonly response_absent?: readonly string[];
  readonly response_header_equal?: Readonly<Record<string, string>>;
  readonly response_absent_text?: readonly string[];
  readonly log_absent?: readonly string[];
  readonly log_lines_per_request?: number;
  readonly log_json_valid?: boolean;
  readonly audit_absent_plain?: readonly string[];
  readonly www_authenticate?: boolean;
  readonly body?: 'empty';
  readonly cpu_ms_max?: number;
  readonly tenant?: string;
  readonly mode?: string;
  /** The statuses of several answers on one socket. */
  readonly sequence?: readonly number[];
}

export interface Entry {
  readonly id: string;
  readonly class: string;
  readonly method: string;
  readonly raw_path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly raw_latin1: string;
  readonly expected: Expected;
  readonly note: string;
  readonly setup?: string;
  /** Only in our own entries: the methods of pipelined requests, and whether FIN follows the bytes. */
  readonly methods?: readonly string[];
  readonly half_close?: boolean;
  /** The exact path and query sent to e-RS, if they differ from the request. */
  readonly goes_up_as?: string;
}

export function readEntries(file: URL): Entry[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Entry);
}

/** The entry's bytes with credentials filled in, and with the length of the body that results. */
export function render(entry: Entry, placeholder: World['placeholder']): string {
  const fill = (text: string): string =>
    text.replace(/\{\{([A-Z_a-z0-9:]+)\}\}/g, (whole, name: string) => {
      const value = placeholder(name);
      if (value === undefined) throw new Error(`${entry.id}: no value for ${whole}`);
      return value;
    });
  const raw = entry.raw_latin1;
  const bodyAt = raw.indexOf('\r\n\r\n') + 4;
  const body = raw.slice(bodyAt);
  if (!body.includes('{{') || entry.methods !== undefined) return fill(raw);
  const filled = fill(body);
  return (
    fill(raw.slice(0, bodyAt)).replace(/Content-Length: \d+/, `Content-Length: ${filled.length}`) + filled
  );
}

export function mannerOf(entry: Entry, expected: Expected): Manner {
  return {
    methods: entry.methods ?? [entry.method],
    awaitClose: expected.close === true || expected.socket_requests !== undefined,
    ...(entry.half_close === true || /half-close/.test(entry.note) ? { halfCloseAfterMs: 0 } : {}),
  };
}
