import { expect, it } from 'vitest';
import { trailFindings } from './trail-findings.js';

const fault = { writer: 'w', seq: 42, kind: 'hash' } as const;

it('announces each fault of a chain once, with its number and what is wrong', () => {
  const findings = trailFindings([fault, { ...fault }, { ...fault, seq: 43, kind: 'missing' }]);
  expect(findings.map(({ key }) => key)).toEqual(['trail-fault w 42 hash', 'trail-fault w 43 missing']);
  expect(findings[0]?.notice).toMatchObject({
    kind: 'alarm',
    title: 'The audit trail is not what was written: chain w, record 42',
    body: 'At record 42: its hash does not match its content. Nothing after it is verified on this chain.',
  });
});
