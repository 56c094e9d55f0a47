import { expect, it } from 'vitest';
import {
  asked,
  type Filter,
  isOfEvents,
  REQUEST_CHIPS,
  toggled,
  withEvents,
  withoutSpan,
  withSpan,
} from './quick-filters.js';

const [rejected, failed, slow] = REQUEST_CHIPS;

it.each<[string, object, object]>([
  ['nothing: requests', asked({}), { kind: 'REQUEST' }],
  ['one kind: that kind', asked({ kind: 'DENIED' }), { kind: 'DENIED' }],
  ['an event: no kind of its own', asked({ event: 'AUDIT_READ' }), { event: 'AUDIT_READ' }],
])('the list asks for %s', (_case, made, expected) => {
  expect(made).toEqual(expected);
});

it.each<[string, object, object]>([
  ['a chip sets its value', toggled({ client: 'x' }, slow!), { client: 'x', pace: 'slow' }],
  ['a chip that is set takes it away', toggled({ outcome: 'ANY_FAILURE' }, failed!), {}],
  [
    'another outcome takes the place of the first',
    toggled({ outcome: 'ANY_FAILURE' }, rejected!),
    { outcome: 'REFUSED' },
  ],
  [
    'a span takes the place of limits',
    withSpan({ from: 'a', until: 'b', code: 'GW_SRO' }, '1h'),
    { code: 'GW_SRO', last: '1h' },
  ],
  ['a span takes the place of another', withSpan({ last: '7d' }, '1h'), { last: '1h' }],
  ['a span that is set goes away', withSpan({ last: '1h' }, '1h'), {}],
  ['limits of one’s own take the place of a span', withoutSpan({ last: '1h', client: 'x' }), { client: 'x' }],
  [
    'events keep what they have too',
    withEvents({ organisation: 'R69', outcome: 'FAILED', last: '1h' }, true),
    { organisation: 'R69', last: '1h', kind: 'SYSTEM' },
  ],
  [
    'requests have no name of an event',
    withEvents({ kind: 'SYSTEM', event: 'AUDIT_READ', by: 'me' }, false),
    { by: 'me' },
  ],
])('%s', (_case, made, expected) => {
  expect(made).toEqual(expected);
});

it.each<[Filter, boolean]>([
  [{}, false],
  [{ kind: 'DENIED' }, false],
  [{ kind: 'SYSTEM' }, true],
  [{ event: 'AUDIT_EXPORT' }, true],
])('%j shows events: %s', (filter, expected) => {
  expect(isOfEvents(filter)).toBe(expected);
});
