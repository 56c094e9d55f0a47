import { beforeEach, expect, it } from 'vitest';
import { createOutages, type Outages } from './outages.js';

let nowMs = 0;
let lines: string[];
let outages: Outages;
const write = (facts: object, text?: string): void => {
  lines.push(`${String(nowMs / 1000)} s: ${text ?? ''} ${JSON.stringify(facts)}`);
};

beforeEach(() => {
  nowMs = 0;
  lines = [];
  outages = createOutages({ error: write, info: write } as Parameters<typeof createOutages>[0], () => nowMs);
});

/** Reports a failure every 200 ms for the given time. */
function failFor(seconds: number, dependency = 'KMS'): void {
  for (const endMs = nowMs + seconds * 1000; nowMs < endMs; nowMs += 200) outages.failed(dependency, 'gone');
}

it('an outage is logged when it begins, at growing intervals, and when it ends', () => {
  failFor(600);
  outages.worked('KMS');
  expect(lines).toEqual([
    '1 s: an outage has begun {"dependency":"KMS","failures":6,"lastedS":1,"reason":"gone"}',
    '61 s: an outage goes on {"dependency":"KMS","failures":306,"lastedS":61,"reason":"gone"}',
    '181 s: an outage goes on {"dependency":"KMS","failures":906,"lastedS":181,"reason":"gone"}',
    '421 s: an outage goes on {"dependency":"KMS","failures":2106,"lastedS":421,"reason":"gone"}',
    '600 s: an outage has ended {"dependency":"KMS","failures":3000,"lastedS":600}',
  ]);
});

it('two failures far apart are not an outage', () => {
  outages.failed('KMS', 'gone');
  nowMs += 60_000;
  outages.failed('KMS', 'gone');
  expect(lines).toEqual([]);
});

it('an outage that lasts a day is logged fewer than forty times', () => {
  failFor(86_400);
  expect(lines.length).toBeLessThan(40);
});

it('many failures within a second are not an outage, and no end is logged', () => {
  for (let round = 0; round < 10; round += 1) {
    failFor(0.8);
    outages.worked('KMS');
  }
  expect(lines).toEqual([]);
});

it('each dependency has its own outage, and a second outage begins again', () => {
  failFor(2, 'KMS');
  failFor(2, 'e-RS in int');
  outages.worked('KMS');
  failFor(2, 'KMS');
  expect(lines.map((line) => line.replace(/^\S+ s: (.*) \{"dependency":"([^"]+)".*$/, '$2: $1'))).toEqual([
    'KMS: an outage has begun',
    'e-RS in int: an outage has begun',
    'KMS: an outage has ended',
    'KMS: an outage has begun',
  ]);
});
