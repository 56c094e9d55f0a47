import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correlationIdFault, hashNumbersIn, recordedCorrelationId } from './correlation-id.js';
import { mintAdminToken, mintClientKey, mintUserSession } from './opaque-key.js';

describe('refused', () => {
  it.each([
    ['9000000009', 'number'],
    ['1234567890', 'number'],
    ['900-000-0009', 'number'],
    ['900.000.0009', 'number'],
    ['900 000 0009', 'number'],
    ['', 'syntax'],
    ['a b', 'syntax'],
    ['a/b', 'syntax'],
    ['é', 'syntax'],
    ['a'.repeat(129), 'syntax'],
    [mintClientKey('int', randomBytes).key, 'syntax'],
    [`order-${mintUserSession('int', randomBytes).key}`, 'syntax'],
    [mintAdminToken(randomBytes).key, 'syntax'],
  ])('%s: %s', (id, fault) => {
    expect(correlationIdFault(id)).toBe(fault);
  });
});

describe('recorded with the digits hidden', () => {
  it.each([
    ['poll-1795822911', 'poll-~#1795822911'],
    ['poll-1795822914', 'poll-~#1795822914'],
    ['nhs9000000009', 'nhs~#9000000009'],
    ['9000000009-retry', '~#9000000009-retry'],
    ['order:900-000-0009:1', 'order:~#9000000009:1'],
    ['a-9000000009-b-9000000009', 'a-~#9000000009-b-~#9000000009'],
  ])('%s', async (id, recorded) => {
    expect(correlationIdFault(id)).toBeNull();
    expect(recordedCorrelationId(id, (digits) => `#${digits}`)).toBe(recorded);
    expect(await hashNumbersIn(id, (digits) => Promise.resolve(`#${digits}`))).toBe(recorded);
  });
});

describe('recorded unchanged', () => {
  it.each([
    ['a UUID', '0f0c6f0e-6f5e-4a52-8a58-901234567890'],
    ['a UUID with a prefix', 'req-0f0c6f0e-6f5e-4a52-8a58-901234567890'],
    ['a ULID', '01JDR0G1234567890123456789'],
    ['a trace id', '4bf92f3577b34da6a3ce929d0e0e4736'],
    ['a trace id of digits', '12345678901234567890123456789012'],
    ['a W3C traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
    ['an X-Ray id', '1-5759e988-bd862e3fe1be46a994272793'],
    ['milliseconds since 1970', 'poll-1795822911123'],
    ['a UBRN', 'read-000000070000'],
    ['nine digits', 'job-123456789'],
    ['a word', 'nightly'],
  ])('%s', (_name, id) => {
    expect(correlationIdFault(id)).toBeNull();
    expect(recordedCorrelationId(id, () => 'HIDDEN')).toBe(id);
  });
});

it('no timestamp is refused by accident: every second since 1970 is accepted', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1_000_000_000, max: 9_999_999_999 }), (seconds) => {
      expect(correlationIdFault(`poll-${seconds}`)).toBeNull();
      expect(recordedCorrelationId(`poll-${seconds}`, () => 'h')).toBe('poll-~h');
    }),
  );
});
