/** The signing keys and write exceptions of an organisation's applications in a period. */
import type { ExceptionEvidence, KeyEvidence } from './evidence-pack.js';
import {
  decidedBy,
  existedIn,
  instantIn,
  lastState,
  type Life,
  livesOf,
  type RegistryRow,
  type Span,
  stateBefore,
  textIn,
  textOrNullIn,
} from './registry-rows.js';

/** Keys that existed in the period, without those that had been removed before it; in the order of creation. */
export function keysIn(
  rows: readonly RegistryRow[],
  applicationIds: ReadonlySet<string>,
  span: Span,
): KeyEvidence[] {
  return ofApplications(rows, 'signing_key', applicationIds, span)
    .filter(([life]) => stateBefore(life, span.fromMs)?.['state'] !== 'REMOVED')
    .map(([life, first]) => {
      const state = lastState(life);
      return {
        kid: textIn(state, 'kid'),
        applicationId: textIn(state, 'application_id'),
        thumbprint: textIn(state, 'thumbprint'),
        stateAtStart: textOrNullIn(stateBefore(life, span.fromMs) ?? {}, 'state'),
        stateAtEnd: textIn(state, 'state'),
        created: decidedBy(first),
        publishedAt: instantIn(state, 'published_at'),
        confirmedAt: instantIn(state, 'confirmed_at'),
        provenAt: instantIn(state, 'proven_at'),
        activatedAt: instantIn(state, 'activated_at'),
        retiredAt: instantIn(state, 'retired_at'),
        removedAt: instantIn(state, 'removed_at'),
        disabledAt: instantIn(state, 'disabled_at'),
        deletesAt: instantIn(state, 'deletes_at'),
      };
    });
}

/** Exceptions that were open at some time in the period, or were granted in it; in the order of their grants. */
export function exceptionsIn(
  rows: readonly RegistryRow[],
  applicationIds: ReadonlySet<string>,
  span: Span,
): ExceptionEvidence[] {
  return ofApplications(rows, 'write_exception', applicationIds, span)
    .map(([life, first]): ExceptionEvidence => {
      const state = lastState(life);
      const revoked = life.find(({ after }) => textIn(after ?? {}, 'revoked_at') !== '');
      return {
        id: textIn(state, 'id'),
        applicationId: textIn(state, 'application_id'),
        interaction: textIn(state, 'interaction'),
        useCaseReference: textIn(state, 'use_case_reference'),
        granted: decidedBy(first),
        expiresAt: instantIn(state, 'expires_at') ?? '',
        cosignedAt: instantIn(state, 'cosigned_at'),
        cosignedBy: textOrNullIn(state, 'cosigned_by'),
        revoked: revoked === undefined ? null : decidedBy(revoked),
      };
    })
    .filter(({ granted, expiresAt, revoked }) => {
      const endedMs = Math.min(Date.parse(expiresAt), Date.parse(revoked?.at ?? expiresAt));
      return endedMs > span.fromMs || Date.parse(granted.at) >= span.fromMs;
    });
}

function ofApplications(
  rows: readonly RegistryRow[],
  table: string,
  applicationIds: ReadonlySet<string>,
  span: Span,
): (readonly [Life, RegistryRow])[] {
  return livesOf(rows, table)
    .filter((life) => applicationIds.has(textIn(lastState(life), 'application_id')) && existedIn(life, span))
    .flatMap((life) => (life[0] === undefined ? [] : [[life, life[0]] as const]));
}
