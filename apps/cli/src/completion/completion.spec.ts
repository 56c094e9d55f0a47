import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProgram } from '../program.js';
import { readSettings } from '../settings.js';
import { bashScript } from './bash.js';
import { commandTree } from './command-tree.js';
import { fishScript } from './fish.js';
import { zshScript } from './zsh.js';

const tree = commandTree(
  buildProgram({
    settings: readSettings({}),
    output: { json: false, out: () => undefined, err: () => undefined, interactive: false },
    ask: () => Promise.resolve(''),
    setExitCode: () => undefined,
  }),
);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-completion-'));
  writeFileSync(join(folder, 'gatehouse.bash'), bashScript(tree));
  writeFileSync(join(folder, 'registry.yaml'), '');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What bash offers for the last word, in a folder with the file registry.yaml. */
function offered(...words: string[]): string[] {
  const script = `source ./gatehouse.bash
COMP_WORDS=(gatehouse "$@"); COMP_CWORD=$#; _gatehouse
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const printed = execFileSync('bash', ['--norc', '-c', script, 'bash', ...words], {
    cwd: folder,
    encoding: 'utf8',
  });
  return printed.split('\n').filter((line) => line !== '');
}

describe('completion in bash', () => {
  it.each<[string[], string[]]>([
    [['ke'], ['keys']],
    [
      ['keys', ''],
      [
        ...['create', 'policy', 'rotations', 'disable-now', 'emergencies', 'review', 'deletions'],
        ...['publish', 'activate', 'retire', 'remove', 'list', '-h', '--help'],
      ],
    ],
    [['keys', 'list', '--st'], ['--state']],
    [
      ['keys', 'list', '--state', 'P'],
      ['PENDING', 'PUBLISHED'],
    ],
    [['--json', 'keys', 'create', '--capability', 'p'], ['provider']],
    [['apply', 'reg'], ['registry.yaml']],
    [['sro', 'appoint', '--authority-document', 'reg'], ['registry.yaml']],
    [['sro', 'appoint', '--name', ''], []],
    [['completion', 'z'], ['zsh']],
    [['nothing'], []],
  ])('%j is completed by %j', (words, expected) => {
    expect(offered(...words)).toEqual(expected);
  });
});

describe('the scripts', () => {
  it('know every command and option of the program', () => {
    const commands = tree.filter(({ path }) => path !== '');
    expect(commands.length).toBeGreaterThan(45);
    const [bash, zsh, fish] = [bashScript(tree), zshScript(tree), fishScript(tree)];
    for (const { path, options } of commands) {
      for (const script of [bash, zsh, fish]) expect(script).toContain(`'${path}'`);
      for (const flag of options.flatMap(({ flags }) => flags)) {
        expect(bash).toContain(flag);
        expect(zsh).toContain(`'${flag}:`);
        expect(fish).toContain(flag.startsWith('--') ? `-l ${flag.slice(2)} ` : `-s ${flag.slice(1)} `);
      }
    }
  });
});
