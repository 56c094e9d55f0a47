import { expect, it } from 'vitest';
import { digestEmail, nextDigestMs } from './digest.js';

it.each([
  ['in winter', '2026-01-15T07:59:59Z', '2026-01-15T08:00:00Z'],
  ['at 8 itself, which is over', '2026-01-15T08:00:00Z', '2026-01-16T08:00:00Z'],
  ['in summer', '2026-07-01T06:59:59Z', '2026-07-01T07:00:00Z'],
  ['late in the evening, already tomorrow in London', '2026-07-01T23:30:00Z', '2026-07-02T07:00:00Z'],
  ['before the clocks go forward', '2026-03-28T12:00:00Z', '2026-03-29T07:00:00Z'],
  ['on the day on which they do', '2026-03-29T00:30:00Z', '2026-03-29T07:00:00Z'],
  ['before the clocks go back', '2026-10-24T12:00:00Z', '2026-10-25T08:00:00Z'],
  ['in the hour that comes twice', '2026-10-25T01:30:00Z', '2026-10-25T08:00:00Z'],
  ['over the end of a year', '2026-12-31T22:00:00Z', '2027-01-01T08:00:00Z'],
])('%s, what happens at %s is sent at %s', (_, now, digest) => {
  expect(new Date(nextDigestMs(Date.parse(now))).toISOString()).toBe(new Date(digest).toISOString());
});

it('says of each notice what happened, what to do, and where', () => {
  const notice = { kind: 'alarm', title: 'One', body: '', whatToDo: 'Look.', path: '/jobs' } as const;
  const { subject, text } = digestEmail([notice, { ...notice, title: 'Two', body: 'It is.' }], 'https://c');
  expect(subject).toBe('Gatehouse: 2 notices');
  expect(text).toBe(
    'One\nWhat to do: Look.\nhttps://c/jobs\n\nTwo\nIt is.\nWhat to do: Look.\nhttps://c/jobs\n\nYou receive these once a day, because you chose so and your role covers them.',
  );
  expect(digestEmail([notice], 'https://c').subject).toBe('Gatehouse: 1 notice');
});
