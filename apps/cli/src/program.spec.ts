import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { run } from './program.js';
import { readSettings } from './settings.js';

async function gatehouse(line: string, variables: Readonly<Record<string, string>> = {}) {
  let out = '';
  let err = '';
  const code = await run(
    line.split(' ').filter((word) => word !== ''),
    {
      settings: readSettings({ ...variables }),
      output: { out: (text) => (out += `${text}\n`), err: (text) => (err += text), interactive: false },
      ask: () => Promise.resolve(''),
    },
  );
  return { code, out, err };
}

describe('the program', () => {
  it('prints its version', async () => {
    const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
    const { version } = JSON.parse(manifest) as { version: string };
    expect(await gatehouse('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
  });

  it('describes every command in sentences', async () => {
    const { code, out } = await gatehouse('--help');
    expect(code).toBe(0);
    expect(out).toMatch(/^Setting up:\n {2}migrate +Bring the database/m);
    expect(await gatehouse('help keys')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^ {2}create \[options\] +Create a signing key for an application/m),
    });
  });

  it('names the required options first', async () => {
    const { out } = await gatehouse('exception grant --help');
    const flags = [...out.matchAll(/^ {2}(?:-h, )?(--[a-z-]+)/gm)].map(([, flag]) => flag);
    expect(flags.slice(-2)).toEqual(['--reason', '--help']);
    expect(out.match(/\(required\)/g)).toHaveLength(7);
  });

  it.each([
    ['no command', '', 'Usage: gatehouse'],
    ['an unknown command', 'aply x.yaml', 'Did you mean apply?'],
    ['an unknown option', 'keys list --fast', "unknown option '--fast'"],
    ['a value that is none of the choices', 'keys list --state ASLEEP', 'Allowed choices are PENDING'],
    ['a moment without a zone', 'audit list --from 2026-03-02T09:00', 'an instant with its zone'],
    ['a day that does not exist', 'audit list --until 2026-02-30', 'write a day as 2026-03-02'],
    ['a header without a colon', 'explain GET / --client c --environment int --header x', 'name:value'],
    ['an unknown method', 'explain FETCH / --client c --environment int', 'It must be one of GET'],
    ['an assurance level that e-RS does not know', 'assurance set 1', 'It must be 2 or 3.'],
    ['both identifiers', 'audit list --ubrn --nhs-number --reason r', 'not both'],
    ['no authority', 'sro appoint', "required option '--organisation <ods-code>' not specified"],
    ['no token', 'clients list', 'GATEHOUSE_ADMIN_TOKEN is not set'],
    ['no database', 'bootstrap', 'DATABASE_URL is not set'],
    ...['11/12/2026', '27/11/2026', '1', '2026-11-27T12:00', '20261127'].flatMap((moment) =>
      ['audit list', 'audit export', 'audit follow'].map((command): [string, string, string] => [
        `${command} from ${moment}`,
        `${command} --from ${moment}`,
        'write a day as 2026-03-02 or an instant with its zone',
      ]),
    ),
  ])('ends with 2 for %s', async (_what, line, text) => {
    expect(await gatehouse(line)).toEqual({ code: 2, out: '', err: expect.stringContaining(text) });
  });

  it('sends no key as a part of an address, and does not repeat it', async () => {
    const key = `gh_live_${'a'.repeat(12)}_${'b'.repeat(49)}`;
    const { code, err } = await gatehouse(`audit list --correlation-id ${key}`, {
      ...{ GATEHOUSE_ADMIN_URL: 'http://127.0.0.1:1', GATEHOUSE_ADMIN_TOKEN: 'a-token' },
    });
    expect([code, err]).toEqual([2, expect.stringContaining('Nothing was sent: this holds a secret key')]);
    expect(err).not.toContain('bbb');
  });
});
