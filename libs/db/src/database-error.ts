import { constraintMessages } from './constraints.js';

export interface DatabaseRefusal {
  readonly constraint: string;
  readonly field: string;
  readonly message: string;
}

/**
 * Which of the registry's rules the database refused by, in words for the caller; null if it was no rule of ours
 * (then it is an error of ours). Takes what `pg` throws and what Prisma makes of it.
 */
export function explainDatabaseError(error: unknown): DatabaseRefusal | null {
  const constraint = constraintOf(error, 0);
  if (constraint === null) return null;
  const words = constraintMessages[constraint];
  return words === undefined ? null : { constraint, ...words };
}

/** Prisma wraps the driver's error some levels deep, differently by kind of error and query. */
const MAX_DEPTH = 6;

function constraintOf(error: unknown, depth: number): string | null {
  if (typeof error !== 'object' || error === null || depth > MAX_DEPTH) return null;
  const { constraint, meta, cause, driverAdapterError } = error as Record<string, unknown>;
  return (
    nameIn(constraint) ??
    constraintOf(driverAdapterError, depth + 1) ??
    constraintOf(meta, depth + 1) ??
    constraintOf(cause, depth + 1) ??
    nameInText((error as Record<string, unknown>).originalMessage) ??
    nameInText((error as Record<string, unknown>).message)
  );
}

function nameIn(constraint: unknown): string | null {
  if (typeof constraint === 'string') return constraint;
  if (typeof constraint !== 'object' || constraint === null) return null;
  const { index } = constraint as Record<string, unknown>;
  return typeof index === 'string' ? index : null;
}

function nameInText(text: unknown): string | null {
  return typeof text === 'string' ? (/constraint "([a-z0-9_]+)"/.exec(text)?.[1] ?? null) : null;
}
