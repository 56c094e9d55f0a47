/**
 * How many rejections are recorded in full, so that a flood of them can't fill the disk of the audit trail. What is
 * above a limit is recorded as a count (docs/audit.md, "Floods"). These limits decide on records alone: nobody is
 * rejected because of them, least of all the holder of a valid credential.
 */

export interface RejectionLimits {
  /** Rejections of unknown callers, for each address range and minute. */
  readonly perAddressMinute: number;
  /** Rejections of a known client, for each code and second. */
  readonly perClientSecond: number;
}

export interface Rejection {
  /** As `addressRange` returns it. */
  readonly range: string;
  /** Null if the credential belongs to no client. */
  readonly clientId: string | null;
  readonly code: string;
}

/** The limit that a rejection falls under. Rejections with the same key share it. */
export interface RejectionLimit {
  readonly key: string;
  readonly limit: number;
  readonly windowMs: number;
}

/** What a limit has counted since its window began. */
export interface RejectionWindow {
  /** Monotonic ms. */
  readonly startedMs: number;
  readonly windowMs: number;
  readonly count: number;
}

export const UNKNOWN_RANGE = 'unknown';

export function limitOf({ range, clientId, code }: Rejection, limits: RejectionLimits): RejectionLimit {
  return clientId === null
    ? { key: `address ${range}`, limit: limits.perAddressMinute, windowMs: 60_000 }
    : { key: `client ${clientId} ${code}`, limit: limits.perClientSecond, windowMs: 1_000 };
}

/** The window after one more rejection. A window that is over begins again. */
export function countedIn(
  window: RejectionWindow | undefined,
  { windowMs }: RejectionLimit,
  nowMs: number,
): RejectionWindow {
  if (window === undefined || isOver(window, nowMs)) return { startedMs: nowMs, windowMs, count: 1 };
  return { ...window, count: window.count + 1 };
}

export function isOver({ startedMs, windowMs }: RejectionWindow, nowMs: number): boolean {
  return nowMs - startedMs >= windowMs;
}

/**
 * What counts as one address: an IPv4 address, or the /64 of an IPv6 address, since one host has a whole /64
 * (RFC 6177). An IPv4 address mapped into IPv6 is the IPv4 address.
 */
export function addressRange(address: string): string {
  const mapped = /^(?:::ffff:)?([0-9]{1,3}(?:\.[0-9]{1,3}){3})$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [text = ''] = address.split('%', 1);
  if (!/^[0-9a-f:.]{2,45}$/i.test(text) || !text.includes(':')) return UNKNOWN_RANGE;
  const [head = '', tail] = text.split('::', 2);
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const embedded = after.at(-1)?.includes('.') === true ? 1 : 0;
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length - embedded);
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...after].slice(0, 4);
  return `${groups.map((group) => parseInt(group, 16).toString(16)).join(':')}::/64`;
}
