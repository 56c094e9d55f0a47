/** The filters of the audit trail that one click sets, and which of them are set. */

export type Filter = Readonly<Record<string, unknown>>;

/** Requests are shown unless somebody asks for the events. */
export const isOfEvents = ({ kind, event }: Filter): boolean => kind === 'SYSTEM' || event !== undefined;

/** What the list asks the gateway for: requests, where the filter says nothing else. */
export const asked = (filter: Filter): Filter =>
  filter['kind'] !== undefined || filter['event'] !== undefined ? filter : { kind: 'REQUEST', ...filter };

export const SPANS = [
  ['15m', 'Last 15 minutes'],
  ['1h', 'Last hour'],
  ['24h', 'Last 24 hours'],
  ['7d', 'Last 7 days'],
] as const;

/** Each chip sets one value; a chip that is set already takes it away. */
export interface Chip {
  readonly label: string;
  readonly name: 'outcome' | 'pace' | 'by';
  readonly value: string;
}
export const REQUEST_CHIPS: readonly Chip[] = [
  { label: 'Rejected', name: 'outcome', value: 'REFUSED' },
  { label: 'Failed', name: 'outcome', value: 'ANY_FAILURE' },
  { label: 'Slow', name: 'pace', value: 'slow' },
];
export const BY_ME: Chip = { label: 'By me', name: 'by', value: 'me' };

const without = (filter: Filter, names: readonly string[]): Filter =>
  Object.fromEntries(Object.entries(filter).filter(([name]) => !names.includes(name)));

export const toggled = (filter: Filter, { name, value }: Chip): Filter =>
  filter[name] === value ? without(filter, [name]) : { ...filter, [name]: value };

/** A span before now takes the place of every other limit; the span that is set already goes away. */
export const withSpan = (filter: Filter, span: string): Filter => {
  const rest = without(filter, ['last', 'from', 'until']);
  return filter['last'] === span ? rest : { ...rest, last: span };
};

/** Limits of one’s own, which take the place of a span before now. */
export const withoutSpan = (filter: Filter): Filter => without(filter, ['last']);

/** What only requests have is no filter of events, and the other way round. */
export const withEvents = (filter: Filter, events: boolean): Filter =>
  events
    ? {
        ...without(filter, [
          ...['outcome', 'pace', 'code', 'client', 'interaction', 'environment', 'correlationId'],
          ...['upstreamRequestId', 'attemptId', 'kind'],
        ]),
        kind: 'SYSTEM',
      }
    : without(filter, ['kind', 'event']);
