import { GatewayError } from '@gatehouse/domain/errors';
import { describe, expect, it } from 'vitest';
import type { PlaneDeps } from './deps.js';
import { hypotheticalExchange } from './exchange.js';
import { recordLine } from './record.js';

const clock = { now: () => 0, monotonicNow: () => 0 };

/** The level, fields and message of the line that a request with this failure leaves in the log. */
function lineOf(failure: GatewayError) {
  const lines: { level: string; fields: Record<string, unknown>; message: string }[] = [];
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields: fields as Record<string, unknown>, message });
  };
  const log = { info: at('info'), warn: at('warn'), error: at('error'), fatal: at('fatal') };
  const exchange = { ...hypotheticalExchange(clock, 'GET', '/'), failure, status: failure.status };
  recordLine({ clock, log, observe: () => undefined } as unknown as PlaneDeps, exchange);
  expect(lines).toHaveLength(1);
  return lines[0]!;
}

describe('the log line of a request', () => {
  it('says why Gatehouse or e-RS failed, which the caller is not shown', () => {
    const cause = new Error('connection lost');
    const line = lineOf(
      new GatewayError('GW_AUDIT_UNAVAILABLE', { detail: 'subjects could not be sealed', cause }),
    );
    expect(line).toMatchObject({
      level: 'warn',
      fields: { detail: 'subjects could not be sealed', err: cause },
      message: 'request',
    });
  });

  it('says why of the cause, where the failure itself does not', () => {
    const cause = new GatewayError('GW_AUDIT_UNAVAILABLE', { detail: 'audit: not committed in 2000 ms' });
    const { fields } = lineOf(new GatewayError('GW_DELIVERED_UNCONFIRMED', { cause }));
    expect(fields).toMatchObject({ detail: 'audit: not committed in 2000 ms', err: cause });
  });

  it('says no more of a refusal than its code', () => {
    const { level, fields } = lineOf(new GatewayError('GW_TOKEN', { detail: 'no such client' }));
    expect([level, fields['detail'], fields['err']]).toEqual(['info', undefined, undefined]);
  });

  it('is an alarm if a law would have been broken', () => {
    const line = lineOf(new GatewayError('GW_INTERNAL', { detail: 'token of another binding', law: 6 }));
    expect(line).toMatchObject({ level: 'fatal', fields: { law: 6, detail: 'token of another binding' } });
  });
});
