/** Runs the commands of docs/guides/onboarding.md and compares their output with the samples in the guide. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../../apps/cli/src/program.ts';
import { readSettings } from '../../../apps/cli/src/settings.ts';
import { type AdminApi, borrowAdmin } from '../../support/admin-api.ts';

const GUIDE = new URL('../../../docs/guides/onboarding.md', import.meta.url);
/** Commands that need an empty database or a data plane; test/e2e/cli.spec.ts runs them. */
const ELSEWHERE = /^(?:export|gatehouse (?:migrate|bootstrap|explain))\b/;
/** Values that differ from run to run. */
const VOLATILE: readonly (readonly [RegExp, string])[] = [
  [/gh[as]_\S+|gh_int_\S+/g, '<secret>'],
  [/https:\/\/\S+?\/(jwks|sro)\/\S+/g, '<$1 URL>'],
  [/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>'],
  [/int-\d{8}-\S+/g, '<kid>'],
  [/^((?:key|token) id +)\S+/g, '$1<id>'],
  // Another token is the parent here.
  [/^(because +).+/g, '$1<reason>'],
  [/\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z)?/g, '<time>'],
  [/at version \d+/g, 'at version <n>'],
];
const masked = (text: string): string =>
  VOLATILE.reduce((line, [pattern, mask]) => line.replace(pattern, mask), text.trimEnd());

interface Sample {
  readonly command: string;
  readonly printed: readonly string[];
}

let admin: AdminApi;
let folder: string;
let guide: string;
beforeAll(async () => {
  admin = await borrowAdmin();
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-guide-'));
  guide = await readFile(GUIDE, 'utf8');
});
afterAll(async () => {
  await admin.close();
  await rm(folder, { recursive: true });
});

const blocksOf = (language: string): string[] =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, block]) => block ?? '');

/** The commands of the guide in order, each with the lines shown below it. */
function samples(): Sample[] {
  return blocksOf('console').flatMap((block) =>
    block
      .replaceAll(/ \\\n +/g, ' ')
      .split(/^\$ /m)
      .slice(1)
      .map((text) => {
        const [command = '', ...printed] = text.split('\n');
        return { command, printed: printed.filter((line) => line.trim() !== '') };
      }),
  );
}

/** Splits a command line into words; quoted words keep their spaces. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

async function gatehouse(line: string): Promise<string> {
  let printed = '';
  const print = (text: string): void => void (printed += text.endsWith('\n') ? text : `${text}\n`);
  const settings = readSettings({
    GATEHOUSE_ADMIN_URL: admin.url,
    GATEHOUSE_ADMIN_TOKEN: admin.tokens.all,
    R69_INT_KEY: 'r69IntKeyExampleAAAABBBBKKLL',
  });
  const files = /^(?:registry\.yaml|authority-R69\.pdf|etr\.csv)$/;
  await run(
    wordsOf(line).map((word) => (files.test(word) ? join(folder, word) : word)),
    {
      settings,
      ask: () => Promise.resolve(''),
      output: { out: print, err: print, interactive: false },
    },
  );
  return printed.replaceAll(`${folder}/`, '');
}

/** `…` stands for the rest of a line, and on a line of its own for any lines. */
function expectPrinted({ command, printed }: Sample, output: string): void {
  const lines = output.split('\n').map(masked);
  for (const line of printed) {
    if (line.trim() === '…' || line === 'go') continue;
    const [start, cut] = line.endsWith('…') ? [masked(line.slice(0, -1)), true] : [masked(line), false];
    expect(
      lines.some((printed) => (cut ? printed.startsWith(start) : printed === start)),
      `${command} does not print "${line}" but:\n${lines.join('\n')}`,
    ).toBe(true);
  }
}

/** A row of an ODS report. */
const report = (name: string, odsCode = 'R0Z'): string =>
  `${[
    odsCode,
    name,
    ...Array.from({ length: 8 }, () => ''),
    '20060401',
    ...Array.from({ length: 16 }, () => ''),
  ]
    .map((cell) => `"${cell}"`)
    .join(',')}\r\n`;
const reports = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => report('EXAMPLE TRUST', `RX${String(index).padStart(3, '0')}`));

it('each command prints its sample', async () => {
  const [draft = '', live = ''] = blocksOf('yaml');
  const registry = join(folder, 'registry.yaml');
  const messageSets = '    messageSets: [provider-read]\n';
  const faulty = draft
    .replace('    capability: provider\n', '    capabilty: provider\n')
    .replace(messageSets, `    asid: 200000002454\n${messageSets}`);
  const complete = draft.replace(messageSets, messageSets + live.replaceAll(/^(?=.)/gm, '    '));
  await writeFile(join(folder, 'authority-R69.pdf'), 'written authority');
  const release = join(folder, 'etr.csv');
  await writeFile(release, [report('OLD HARBOUR TRUST'), ...reports(227)].join(''));
  await gatehouse('ods load etr.csv');
  await writeFile(release, [report('HARBOUR NHS FOUNDATION TRUST'), ...reports(230)].join(''));

  let applied = 0;
  let appointment = '';
  const commands = samples().filter(({ command }) => !ELSEWHERE.test(command));
  for (const sample of commands) {
    const line = sample.command
      .replace(/^\w+=\S+ /, '')
      .replace(/ && .*$/, '')
      .replace(/^gatehouse /, '')
      .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, appointment);
    // The guide applies the draft, then shows the faults of a wrong file, and finally applies the whole file.
    if (line.startsWith('apply')) applied += 1;
    await writeFile(registry, [draft, draft, faulty, complete][applied] ?? complete);
    const output = await gatehouse(line);
    expectPrinted(sample, output);
    if (line.startsWith('sro appoint')) appointment = /^id +(\S+)/m.exec(output)?.[1] ?? '';
    // The owner normally accepts on the page of the link; this command is for acceptance on paper.
    if (line.startsWith('sro link')) await gatehouse(`sro accept ${appointment} --reason "signed form"`);
  }
  expect(commands.length).toBeGreaterThanOrEqual(10);
});
