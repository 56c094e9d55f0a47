import { CHANGE_LIFE_MS } from '@gatehouse/domain/governance/change-decision';
import type { DiffRow } from '@gatehouse/domain/governance/change-diff';
import type { SecondPerson } from '@gatehouse/domain/governance/four-eyes';
import type { AdminDeps } from '../deps.js';
import type { Acting } from '../http/principal.js';
import { AwaitingApproval } from './awaiting-approval.js';
import { viewOf } from './changes.view.js';

export interface Asked {
  readonly id: string;
  readonly action: string;
  /** Params and body of the call. */
  readonly input: { readonly body: { readonly reason?: string | undefined } };
  readonly needed: readonly SecondPerson[];
  readonly odsCodes: readonly string[];
  readonly diff: readonly DiffRow[];
  readonly diffHash: string;
}

/** Keeps what was asked for until a second person decides. @returns what to throw, which answers 202 */
export async function keepChange(deps: AdminDeps, acting: Acting, asked: Asked): Promise<AwaitingApproval> {
  const { id, action, input, needed } = asked;
  const nowMs = deps.now();
  const payloadSealed = new Uint8Array(await deps.changeBox.seal(JSON.stringify(input), id));
  const row = await deps.db.pendingChange.create({
    data: {
      id,
      action,
      rules: needed.map(({ rule }) => rule),
      deciders: needed.map(({ roles }) => [...roles]),
      odsCodes: [...asked.odsCodes],
      payloadSealed,
      diff: JSON.parse(JSON.stringify(asked.diff)) as object,
      diffHash: asked.diffHash,
      reason: input.body.reason ?? null,
      requestedBy: acting.actor,
      requestedByStaff: acting.staffId,
      requestedByToken: acting.tokenId,
      requestedFrom: acting.origin,
      requestedAt: new Date(nowMs),
      expiresAt: new Date(nowMs + CHANGE_LIFE_MS),
    },
  });
  return new AwaitingApproval(viewOf(row, nowMs));
}
