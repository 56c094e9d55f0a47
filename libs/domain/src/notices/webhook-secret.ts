/**
 * Replacing the secret of a webhook without losing a message: for a while each is signed with both, and a receiver accepts
 * it by whichever secret it has (Standard Webhooks: `webhook-signature` is a list).
 */
const HOUR_MS = 3_600_000;

/** For how many hours a secret that was replaced goes on signing. */
export const FORMER_SECRET_HOURS = 24;

/** @returns epoch ms: from then on messages are signed with the new secret alone */
export const formerSecretUntil = (replacedAtMs: number): number =>
  replacedAtMs + FORMER_SECRET_HOURS * HOUR_MS;

/** Whether the former secret still signs. @param untilMs epoch ms; null: there is none */
export const doesFormerSign = (untilMs: number | null, nowMs: number): boolean =>
  untilMs !== null && nowMs < untilMs;
