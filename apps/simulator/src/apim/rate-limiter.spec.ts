import { expect, it } from 'vitest';
import { RateLimiter } from './rate-limiter.js';

function limiterAt(startMs: number) {
  const clock = { offsetMs: 0, ms: startMs, nowMs: () => clock.ms };
  return { clock, limiter: new RateLimiter(clock) };
}

it('spike arrest lets each application send one request every 83 ms', () => {
  const { clock, limiter } = limiterAt(60_000);
  expect([limiter.take('a'), limiter.take('a'), limiter.take('b')]).toEqual(['ok', 'spike-arrest', 'ok']);
  clock.ms += 83;
  expect(limiter.take('a')).toBe('spike-arrest');
  clock.ms += 1;
  expect(limiter.take('a')).toBe('ok');
});

it('the quota is 600 a minute; rejected requests don’t count', () => {
  const { clock, limiter } = limiterAt(120_000);
  const answers = Array.from({ length: 650 }, () => {
    clock.ms += 84;
    return limiter.take('a');
  });
  expect(answers.filter((answer) => answer === 'ok')).toHaveLength(600);
  expect(answers.at(-1)).toBe('quota');
  clock.ms = 180_000;
  expect(limiter.take('a')).toBe('ok');
});
