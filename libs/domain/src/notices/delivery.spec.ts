import { expect, it } from 'vitest';
import { emailText, pauseAfter, type WrittenNotice } from './delivery.js';

it.each([
  [1, 10_000],
  [2, 30_000],
  [9, 21_600_000],
  [10, null],
  [99, null],
])('after attempt %d the next one is in %s ms', (attempts, pauseMs) => {
  expect(pauseAfter(attempts)).toBe(pauseMs);
});

it('an email says what happened, what to do, and where', () => {
  const notice: WrittenNotice = {
    ...{ kind: 'emergency-stop', title: 'Client worklist-sync was stopped', body: 'By Priya Nair.' },
    ...{ whatToDo: 'Review the stop.', path: '/emergency-stops' },
  };
  expect(emailText(notice, 'https://console.example')).toBe(
    [
      ...['Client worklist-sync was stopped', '', 'By Priya Nair.', '', 'What to do: Review the stop.', ''],
      ...['Open it in Gatehouse: https://console.example/emergency-stops', ''],
      'You receive this because your role covers it (Emergency stops).',
    ].join('\n'),
  );
  expect(emailText({ ...notice, body: '' }, 'https://console.example')).not.toContain('\n\n\n');
});
