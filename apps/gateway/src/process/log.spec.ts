import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GatewayError } from '@gatehouse/domain/errors';
import { afterAll, describe, expect, it } from 'vitest';
import { describeError } from './log.js';

const SECRET = 'patient 9000000009';

describe('an error is reduced', () => {
  it('to its name, code and place, and those of its causes', () => {
    const cause = Object.assign(new TypeError(SECRET), { code: 'ECONNREFUSED', detail: SECRET });
    const described = describeError(new GatewayError('GW_INTERNAL', { detail: SECRET, cause }));
    expect(described).toEqual({
      name: 'GatewayError',
      code: 'GW_INTERNAL',
      at: expect.stringMatching(/^at .*log\.spec\.ts:\d+:\d+\)?$/),
      cause: { name: 'TypeError', code: 'ECONNREFUSED', at: expect.stringContaining('log.spec.ts') },
    });
  });

  it.each<[string, () => unknown]>([
    ['a message', () => new Error(SECRET)],
    ['a message with a second line', () => new Error(`x\n${SECRET}`)],
    ['a message that reads like a place', () => new Error(`x\n    at ${SECRET}\n    at more`)],
    ['a message changed after the fact', () => Object.assign(new Error('x'), { message: SECRET })],
    [
      'a message changed when it read like a place',
      () => {
        const error = new Error(`x\n    at ${SECRET}`);
        // The stack is written when it is first asked for.
        return Object.assign(error, { stack: error.stack, message: 'changed!' });
      },
    ],
    ['a stack changed after the fact', () => Object.assign(new Error('x'), { stack: SECRET })],
    ['no stack', () => Object.assign(new Error(SECRET), { stack: undefined })],
    ['a code that is no text', () => Object.assign(new Error('x'), { code: { SECRET } })],
    ['members of its own', () => Object.assign(new Error('x'), { query: SECRET, parameters: [SECRET] })],
    ['a cause', () => new Error('x', { cause: new Error(SECRET) })],
    ['a cause that is text', () => new Error('x', { cause: SECRET })],
    ['several', () => new AggregateError([new Error(SECRET)], SECRET)],
    ['text', () => SECRET],
    ['an object', () => ({ message: SECRET })],
    ['nothing', () => undefined],
  ])('and never contains %s', (_, make) => {
    expect(JSON.stringify(describeError(make()))).not.toContain('9000000009');
  });

  it.each([
    ['text', 'string'],
    [null, 'object'],
    [undefined, 'undefined'],
  ])('%j, which is not an Error, is reduced to its type', (thrown, name) => {
    expect(describeError(thrown)).toEqual({ name });
  });
});

describe('a line of the log', () => {
  /** What a process writes to standard output when it runs this with a log of a level. */
  const linesOf = (level: string, script: string): Record<string, unknown>[] => {
    const program = `
      import { createLog } from ${JSON.stringify(new URL('./log.ts', import.meta.url).href)};
      const log = createLog(${JSON.stringify(level)});
      const error = Object.assign(new Error(${JSON.stringify(SECRET)}), { code: 'E1' });
      ${script}`;
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
      encoding: 'utf8',
    });
    expect(output).not.toContain('9000000009');
    return output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };

  it('is JSON with level, time and text; the error is reduced', () => {
    const [line, ...more] = linesOf('info', `log.warn({ err: error, attemptId: 'a' }, 'broken off');`);
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      level: 'warn',
      msg: 'broken off',
      attemptId: 'a',
      err: { name: 'Error', code: 'E1' },
    });
    expect(line?.['time']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(Object.keys(line ?? {}).sort()).toEqual(['attemptId', 'err', 'level', 'msg', 'time']);
  });

  it.each([
    ['an error without a text', 'log.error({ err: error });'],
    ['an error alone', 'log.error(error);'],
    ['an error alone, in a child', 'log.child({ a: 1 }).error(error);'],
    ['an error of which the text is its own', `log.error(error, 'text');`],
  ])('%s does not put its message into the log', (_, script) => {
    expect(linesOf('info', script)).toMatchObject([{ level: 'error', err: { name: 'Error', code: 'E1' } }]);
  });

  it('is not written below the level', () => {
    expect(linesOf('warn', `log.info({}, 'a'); log.debug({}, 'b'); log.warn({}, 'c');`)).toMatchObject([
      { msg: 'c' },
    ]);
  });
});

describe('lines that are written together', () => {
  /** What a process wrote until its end, whichever that was. */
  const writtenBy = (script: string): string[] => {
    const program = `
      import { createLog } from ${JSON.stringify(new URL('./log.ts', import.meta.url).href)};
      const log = createLog('info');
      ${script}`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      encoding: 'utf8',
    });
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
  };
  const KILL = `process.kill(process.pid, 'SIGKILL');`;

  it.each([
    ['a warning', `log.info({}, 'a'); log.warn({}, 'b'); ${KILL}`, ['a', 'b']],
    ['an error', `log.info({}, 'a'); log.error({}, 'b'); ${KILL}`, ['a', 'b']],
    ['an error of a child', `log.child({ thread: 'admin' }).error({}, 'b'); ${KILL}`, ['b']],
    ['a fatal error', `log.fatal({}, 'b'); ${KILL}`, ['b']],
  ])('%s is out, with what came before it, if the process is killed in the same turn', (_, script, texts) => {
    expect(writtenBy(script)).toEqual(texts);
  });

  it.each([
    ['ends', ''],
    ['exits in the same turn', 'process.exit(1);'],
    ['throws in the same turn', `throw new Error('x');`],
    ['is killed in the next turn', `setImmediate(() => setImmediate(() => { ${KILL} }));`],
  ])('no line is lost if the process %s', (_, end) => {
    expect(writtenBy(`log.info({}, 'a'); log.info({}, 'b'); ${end}`)).toEqual(['a', 'b']);
  });

  it('a block that grows too large does not wait for the end of the turn', () => {
    const texts = writtenBy(`for (let n = 0; n < 1_000; n += 1) log.info({}, String(n)); ${KILL}`);
    expect(texts.length).toBeGreaterThan(500);
    expect(texts).toEqual(texts.map((_, index) => String(index)));
  });
});

describe('F13: an output that takes nothing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-log-'));
  const file = join(folder, 'log');
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  /** What a process writes to the file and to standard error, when the file is at first opened for reading alone. */
  function run(script: string): { readonly lines: string[]; readonly report: unknown } {
    writeFileSync(file, '');
    const program = `
      import { closeSync, openSync } from 'node:fs';
      import { countDroppedLines, createLog, openLogOutput } from ${JSON.stringify(new URL('./log.ts', import.meta.url).href)};
      const path = ${JSON.stringify(file)};
      const fd = openSync(path, 'r');
      const log = createLog('info', openLogOutput(fd));
      // A descriptor that is free again is the next one that is opened.
      const makeRoom = () => { closeSync(fd); if (openSync(path, 'w') !== fd) throw new Error('another descriptor'); };
      const report = (value) => process.stderr.write(JSON.stringify(value));
      ${script}`;
    const { stderr, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, expect.stringMatching(/^\{.*\}$/)]);
    return { lines: readFileSync(file, 'utf8').split('\n').slice(0, -1), report: JSON.parse(stderr) };
  }

  it('stops nothing: lines wait, and all are written once there is room', () => {
    const { lines, report } = run(`
      log.info('one'); log.warn('two'); makeRoom(); log.info('three');
      report({ dropped: countDroppedLines() });`);
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['one', 'two', 'three']);
    expect(report).toEqual({ dropped: 0 });
  });

  it('holds at most a mebibyte of lines, and counts those it drops', () => {
    const { lines, report } = run(`
      for (let line = 0; line < 300; line += 1) log.info('x'.repeat(10_000));
      makeRoom(); log.info('the end');
      report({ dropped: countDroppedLines() });`);
    const { dropped } = report as { dropped: number };
    expect(dropped).toBeGreaterThan(190);
    expect(dropped + lines.length).toBeGreaterThanOrEqual(300);
    expect(lines.join('').length).toBeLessThan(1_100_000);
  });
});
