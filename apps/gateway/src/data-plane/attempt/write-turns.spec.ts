import { expect, it } from 'vitest';
import { createWriteTurns } from './write-turns.js';

const HERE = { closed: false };

/** A write that ends when the test ends it. */
function write(log: string[], name: string) {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const run = async (): Promise<string> => {
    log.push(`${name} begins`);
    await ended;
    log.push(`${name} ends`);
    return name;
  };
  return { run, end };
}

it('writes of one key run one after the other, in the order in which they came', async () => {
  const turns = createWriteTurns(10_000);
  const log: string[] = [];
  const [first, second, third] = ['first', 'second', 'third'].map((name) => write(log, name));
  const results = [first, second, third].map((each) =>
    turns.inTurn('a', HERE, each?.run ?? (() => Promise.resolve(''))),
  );
  third?.end();
  second?.end();
  first?.end();
  expect(await Promise.all(results)).toEqual(['first', 'second', 'third']);
  expect(log).toEqual(['first', 'second', 'third'].flatMap((name) => [`${name} begins`, `${name} ends`]));
});

it('writes of different keys, and those of none, do not wait', async () => {
  const turns = createWriteTurns(10_000);
  const log: string[] = [];
  const slow = write(log, 'slow');
  const slowResult = turns.inTurn('a', HERE, slow.run);
  await turns.inTurn('b', HERE, () => Promise.resolve());
  await turns.inTurn(null, HERE, () => Promise.resolve());
  slow.end();
  expect(await slowResult).toBe('slow');
});

it('a write that fails lets the next one run', async () => {
  const turns = createWriteTurns(10_000);
  const failed = turns.inTurn('a', HERE, () => Promise.reject(new Error('refused')));
  const next = turns.inTurn('a', HERE, () => Promise.resolve('next'));
  await expect(failed).rejects.toThrow('refused');
  expect(await next).toBe('next');
});

it('a write whose turn does not come in time is refused, and those behind it still wait', async () => {
  const turns = createWriteTurns(20);
  const log: string[] = [];
  const slow = write(log, 'slow');
  const slowResult = turns.inTurn('a', HERE, slow.run);
  await expect(turns.inTurn('a', HERE, () => Promise.resolve())).rejects.toMatchObject({
    code: 'GW_OVERLOAD',
  });
  const behind = turns.inTurn('a', HERE, () => {
    log.push('behind begins');
    return Promise.resolve('behind');
  });
  slow.end();
  expect(await slowResult).toBe('slow');
  expect(await behind).toBe('behind');
  expect(log).toEqual(['slow begins', 'slow ends', 'behind begins']);
});

it('a write whose caller has gone while it waited is not sent', async () => {
  const turns = createWriteTurns(10_000);
  const log: string[] = [];
  const slow = write(log, 'slow');
  const slowResult = turns.inTurn('a', HERE, slow.run);
  const caller = { closed: false };
  const waiting = turns.inTurn('a', caller, () => Promise.resolve(log.push('sent')));
  caller.closed = true;
  slow.end();
  await slowResult;
  await expect(waiting).rejects.toMatchObject({ code: 'GW_TIMEOUT' });
  expect(log).not.toContain('sent');
});
