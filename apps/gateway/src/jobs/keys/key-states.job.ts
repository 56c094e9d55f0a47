/**
 * Reads from KMS whether published signing keys may sign, a part of them in each run (`keysOfRun`). A standby that somebody
 * has disabled is found before it is needed, and the key in use without waiting for a token to be renewed.
 */
import type { SystemEvent } from '@gatehouse/domain/audit/audit';
import type { Notice } from '@gatehouse/domain/notices/notice';
import { isPublished, type SigningKeyState } from '@gatehouse/domain/registry/signing-key';
import type { Snapshot } from '@gatehouse/domain/registry/registry';
import { keysOfRun } from '@gatehouse/domain/rotation/key-state-pace';
import { systemEvent } from '../../adapters/audit/system-event.js';
import type { Kms } from '../../adapters/kms/kms.js';

export interface KeyStatesDeps {
  readonly snapshot: () => Snapshot;
  /** Names of those that this deployment serves. */
  readonly environments: ReadonlySet<string>;
  readonly kms: Pick<Kms, 'isUsable'>;
  /** False if staff were notified of it already. */
  readonly notify: (notice: Notice) => Promise<boolean>;
  readonly audit: { system(event: SystemEvent): Promise<void> };
  /** The key in use may not sign. */
  readonly onActiveUnusable: (kid: string) => void;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

interface WatchedKey {
  readonly kid: string;
  readonly kmsKeyArn: string;
  readonly state: SigningKeyState;
  readonly odsCodes: readonly string[];
  readonly path: string;
}

/** @throws if KMS can't be asked, which says nothing about a key */
export async function run(deps: KeyStatesDeps): Promise<void> {
  const { kms, now, signal } = deps;
  for (const key of keysOfRun(watchedKeys(deps.snapshot(), deps.environments), now())) {
    if (signal.aborted) return;
    if (!(await kms.isUsable(key.kmsKeyArn))) await report(deps, key);
  }
}

/** In the order of their kids. Of environments that are not served this deployment may have no right to ask. */
function watchedKeys(snapshot: Snapshot, environments: ReadonlySet<string>): WatchedKey[] {
  const { organisations, applicationsByJwksId, cis2ClientsByJwksId } = snapshot;
  const bindings = [...organisations.values()].flatMap((organisation) => organisation.bindings);
  const bindingsOf = Map.groupBy(bindings, ({ application }) => application.id);
  const applications = [...applicationsByJwksId.values()].map((application) => ({
    ...application,
    path: `/applications/${application.id}/show`,
    odsCodes: (bindingsOf.get(application.id) ?? []).map(({ odsCode }) => odsCode),
  }));
  const clients = [...cis2ClientsByJwksId.values()].map((client) => ({
    ...client,
    path: `/cis2-clients/${client.id}/show`,
    odsCodes: [],
  }));
  return [...applications, ...clients]
    .filter(({ state, environment }) => state !== 'retired' && environments.has(environment))
    .flatMap(({ signingKeys, path, odsCodes }) =>
      signingKeys.map(({ kid, kmsKeyArn, state }) => ({ kid, kmsKeyArn, state, path, odsCodes })),
    )
    .filter(({ state }) => isPublished(state))
    .toSorted((one, other) => (one.kid < other.kid ? -1 : 1));
}

async function report(deps: KeyStatesDeps, key: WatchedKey): Promise<void> {
  const { kid, state } = key;
  if (state === 'ACTIVE') deps.onActiveUnusable(kid);
  const nowMs = deps.now();
  if (!(await deps.notify(unusableNotice(key, nowMs)))) return;
  await deps.audit.system(systemEvent('KEY_STATE', nowMs, { kid, state: 'unusable', keyState: state }));
}

const CONSEQUENCE: Readonly<Record<'ACTIVE' | 'other', string>> = {
  ACTIVE: 'It is the key in use: no new token can be requested with it.',
  other: 'It is not in use, but it could not take over, in a rotation or an emergency.',
};

/** Once a day for as long as it lasts. */
function unusableNotice({ kid, state, odsCodes, path }: WatchedKey, nowMs: number): Notice {
  const day = new Date(nowMs).toISOString().slice(0, 10);
  return {
    ...{ kind: 'alarm', onceKey: `key ${kid} unusable ${day}`, title: `Signing key ${kid} cannot sign` },
    body: `AWS KMS says that it is disabled, gone or pending deletion. ${CONSEQUENCE[state === 'ACTIVE' ? 'ACTIVE' : 'other']}`,
    whatToDo: 'Find out who disabled it, and why. Enable it in KMS, or replace it.',
    ...{ path, odsCodes, staffId: null },
  };
}
