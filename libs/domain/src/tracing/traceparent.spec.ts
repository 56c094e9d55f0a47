import { describe, expect, it } from 'vitest';
import { parseTraceParent, traceParentIn } from './traceparent.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('a traceparent is read', () => {
  it.each([
    ['sampled', `00-${TRACE}-${SPAN}-01`, true],
    ['not sampled', `00-${TRACE}-${SPAN}-00`, false],
    ['with flags that mean nothing here', `00-${TRACE}-${SPAN}-fe`, false],
    ['with such flags, and sampled', `00-${TRACE}-${SPAN}-03`, true],
    ['of a later version', `01-${TRACE}-${SPAN}-01`, true],
    ['of a later version that goes on', `cc-${TRACE}-${SPAN}-01-what-the-future-holds`, true],
  ])('%s', (_, value, isSampled) => {
    expect(parseTraceParent(value)).toEqual({ traceId: TRACE, spanId: SPAN, isSampled });
  });
});

describe('a malformed traceparent is ignored', () => {
  it.each([
    ['empty', ''],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a span id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['upper case', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['a short trace id', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['a long span id', `00-${TRACE}-${SPAN}0-01`],
    ['no flags', `00-${TRACE}-${SPAN}`],
    ['flags of one digit', `00-${TRACE}-${SPAN}-1`],
    ['version 00 that goes on', `00-${TRACE}-${SPAN}-01-more`],
    ['a later version that goes on without a hyphen', `01-${TRACE}-${SPAN}-01more`],
    ['version ff', `ff-${TRACE}-${SPAN}-01`],
    ['white space', ` 00-${TRACE}-${SPAN}-01`],
    ['two in one', `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`],
    ['an NHS number', '9000000009'],
  ])('%s', (_, value) => {
    expect(parseTraceParent(value)).toBeNull();
  });
});

describe('among the headers of a request', () => {
  const value = `00-${TRACE}-${SPAN}-01`;
  it.each([
    ['none', ['Host', 'gatehouse'], null],
    ['one, whatever the case of its name', ['TraceParent', value], { traceId: TRACE }],
    ['two are ignored, though they are the same', ['traceparent', value, 'Traceparent', value], null],
    ['no other header counts', ['tracestate', value, 'baggage', value], null],
  ])('%s', (_, rawHeaders, expected) => {
    const parent = traceParentIn(rawHeaders);
    if (expected === null) expect(parent).toBeNull();
    else expect(parent).toMatchObject(expected);
  });
});
