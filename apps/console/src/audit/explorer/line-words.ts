/** One line of the audit trail in words. */
import { duration, NONE } from '../../parts/dates.js';

type Line = Readonly<Record<string, unknown>>;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Method and path, with the names of the path’s parameters; of a request that matched nothing, what is known. */
export const requestText = ({ method, path, interaction }: Line): string =>
  [text(method), text(path) || text(interaction)].filter((part) => part !== '').join(' ') || NONE;

const FIRST_ERROR = 400;

/** Why a request did not succeed; empty where it did. */
export function outcomeText({ refusal, upstreamStatus, code }: Line): string {
  if (typeof refusal === 'object' && refusal !== null) return text((refusal as Line)['text']);
  if (typeof upstreamStatus === 'number' && upstreamStatus >= FIRST_ERROR)
    return `e-RS answered with status ${upstreamStatus}.`;
  return text(code);
}

export const tookText = (ms: unknown): string => (typeof ms === 'number' ? duration(ms) : NONE);

const IDS: Readonly<Record<string, string>> = {
  attemptId: 'Attempt id',
  requestId: 'Request id',
  correlationId: 'Correlation id',
  upstreamRequestId: 'X-Request-ID of e-RS',
  applicationId: 'Application id',
};

/** The identifiers of a request, one on each line. */
export const idsText = (line: Line): string =>
  Object.entries(IDS)
    .filter(([name]) => text(line[name]) !== '')
    .map(([name, label]) => `${label}: ${text(line[name])}`)
    .join('\n');
