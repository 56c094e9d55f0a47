/** What the register of a month is read from: emergency stops, and the events of the audit trail that show something. */
import type { AnswerOf } from '@gatehouse/contracts/routes';
import { callRoute } from '../api/call-route.js';
import { daysOf } from './days.js';
import type { Event } from './event-words.js';

export type Stop = AnswerOf<'stopList'>['items'][number];

interface Part<T> {
  readonly items: readonly T[];
  /** Nothing was left out. */
  readonly isWhole: boolean;
}

export interface Register {
  readonly stops: Part<Stop>;
  readonly reveals: Part<Event>;
  readonly exports: Part<Event>;
  readonly packs: Part<Event>;
}

const PER_PAGE = 500;
/** Of one kind in one month, so that a page ends that people print. */
const MOST_PAGES = 4;

export async function readRegister(month: string): Promise<Register> {
  const days = daysOf(month);
  const events = (event: string) =>
    allOf((page) => callRoute('auditList', { query: { ...days, event, ...page } }));
  return {
    stops: await allOf((page) => callRoute('stopList', { query: { ...days, ...page } })),
    reveals: await events('IDENTIFIER_REVEAL'),
    exports: await events('AUDIT_EXPORT'),
    packs: await events('EVIDENCE_PACK'),
  };
}

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

async function allOf<T>(
  read: (page: { readonly limit: number; readonly after?: string }) => Promise<Page<T>>,
): Promise<Part<T>> {
  let { items, next } = await read({ limit: PER_PAGE });
  for (let pages = 1; next !== null && pages < MOST_PAGES; pages += 1) {
    const page = await read({ limit: PER_PAGE, after: next });
    items = [...items, ...page.items];
    next = page.next;
  }
  return { items, isWhole: next === null };
}
