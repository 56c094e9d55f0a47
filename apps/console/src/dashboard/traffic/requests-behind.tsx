/** From a figure or a bar to the requests that it counts. */
import { Link } from '@mui/material';
import type { ReactNode } from 'react';
import { Link as RouterLink } from 'react-router-dom';
import { useMay } from '../../api/use-may.js';
import { filtered } from '../../parts/list/filter-texts.js';

/** The address of the requests under a filter of the audit trail; undefined: this person may not list them. */
export type RequestsBehind = (filter: object) => string | undefined;

const HOUR_MS = 3_600_000;

/** When the hour that begins at `start` ends. */
export const endOfHour = (start: string): string => new Date(Date.parse(start) + HOUR_MS).toISOString();

/**
 * @param hours the starts of the hours that are counted
 * @param organisation whose requests are counted; undefined: everybody’s
 */
export function useRequestsBehind(hours: readonly string[], organisation?: string): RequestsBehind {
  const mayList = useMay('auditList');
  const [from, last] = [hours[0], hours.at(-1)];
  if (!mayList || from === undefined || last === undefined) return () => undefined;
  const span = { from, until: endOfHour(last) };
  return (filter) =>
    filtered('/audit', { ...span, ...(organisation === undefined ? {} : { organisation }), ...filter });
}

/** What the trail can be asked for a code: only our own codes are codes there. */
export const ofCode = (code: string): object | null => (/^GW_[A-Z_]+$/.test(code) ? { code } : null);

interface Props {
  readonly to: string | undefined;
  /** If the words alone would not tell it from other links of the page. It begins with the words. */
  readonly name?: string;
  readonly children: ReactNode;
}

/** A link, or the words alone where nothing can be linked. */
export function LinkedFigure({ to, name, children }: Props) {
  return to === undefined ? (
    children
  ) : (
    <Link component={RouterLink} to={to} aria-label={name}>
      {children}
    </Link>
  );
}
