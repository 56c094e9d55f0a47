/** Reads JWKS URLs as API Management does, and finds those that do not answer with the keys of the registry. */
import { setTimeout as pause } from 'node:timers/promises';
import { causeText } from '@gatehouse/domain/jobs/job-kinds';
import type { Snapshot } from '@gatehouse/domain/registry/registry';
import type { Finding } from '@gatehouse/domain/upkeep/finding';
import {
  jwksFault,
  jwksFindings,
  jwksToRead,
  type WatchedJwks,
  wrongJwks,
} from '@gatehouse/domain/upkeep/jwks-findings';

export interface JwksWatchDeps {
  readonly snapshot: () => Snapshot;
  /** Names of those that this deployment serves. */
  readonly environments: ReadonlySet<string>;
  /** The body of a 200; throws otherwise. */
  readonly read: (jwksId: string) => Promise<string>;
  /** Keys of the findings that last. */
  readonly open: () => Promise<ReadonlySet<string>>;
  readonly settle: (findings: readonly Finding[], nowMs: number) => Promise<void>;
  readonly now: () => number;
  /** Before a URL that is wrong is read again. */
  readonly pauseMs: number;
  readonly signal: AbortSignal;
}

export const JWKS_WATCH_EVERY_MS = 5 * 60_000;
/** URLs that are read at the same time. */
const AT_A_TIME = 5;

export async function run(deps: JwksWatchDeps): Promise<void> {
  const { snapshot, environments, signal, now } = deps;
  const nowMs = now();
  const turn = Math.floor(nowMs / JWKS_WATCH_EVERY_MS);
  const urls = jwksToRead(snapshot(), environments, wrongJwks(await deps.open()), turn);
  const once = await readAll(deps, urls);
  // After a change of keys, a public process may have the registry of a moment ago, and so may a cache.
  if (once.length > 0) await pause(deps.pauseMs, undefined, { signal }).catch(() => undefined);
  const wrong = await readAll(deps, once);
  if (!signal.aborted) await deps.settle(jwksFindings(snapshot(), urls, wrong), nowMs);
}

/** @returns those that are wrong */
async function readAll<Url extends WatchedJwks>(
  deps: JwksWatchDeps,
  urls: readonly Url[],
): Promise<(Url & { readonly fault: string })[]> {
  const wrong: (Url & { readonly fault: string })[] = [];
  for (let at = 0; at < urls.length && !deps.signal.aborted; at += AT_A_TIME)
    await Promise.all(
      urls.slice(at, at + AT_A_TIME).map(async (url) => {
        const fault = await faultOf(deps, url.jwksId);
        if (fault !== null) wrong.push({ ...url, fault });
      }),
    );
  return wrong;
}

async function faultOf({ read, snapshot }: JwksWatchDeps, jwksId: string): Promise<string | null> {
  try {
    return jwksFault(snapshot(), jwksId, await read(jwksId));
  } catch (error) {
    return `it can’t be read (${error instanceof Error ? causeText(error.name, error.message) : 'unknown'})`;
  }
}
