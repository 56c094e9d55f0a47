import { NOTICE_LABELS } from '@gatehouse/contracts/operation/own-notice-routes';

const LABELS: Readonly<Record<string, string>> = Object.fromEntries(
  NOTICE_LABELS.map(({ kind, label }) => [kind, label]),
);

/** A kind of notice as people know it. */
export const labelOf = (kind: string): string => LABELS[kind] ?? kind;
