// The pages of docs/assurance say what shows each answer, and this says whether it is there: a test by its title, a
// command by its name, every requirement of ASVS 5.0.0 at levels 1 and 2 once, and the arithmetic of the hazard log.
// Paths and links are checked by citations.mjs. First, faults are planted to see each found.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = 'docs/assurance';
const read = (path) => readFileSync(join(root, path), 'utf8');

/** ASVS 5.0.0: the level of each requirement of a section, in the order of their numbers. */
const ASVS_LEVELS = {
  ...{ 1.1: '22', 1.2: '1111122223', 1.3: '112222222223', 1.4: '222', 1.5: '123' },
  ...{ 2.1: '122', 2.2: '112', 2.3: '12223', 2.4: '23' },
  ...{ 3.1: '3', 3.2: '113', 3.3: '12223', 3.4: '11222233', 3.5: '11122333', 3.6: '3', 3.7: '22333' },
  ...{ 4.1: '12233', 4.2: '23333', 4.3: '22', 4.4: '1222' },
  ...{ 5.1: '2', 5.2: '112333', 5.3: '113', 5.4: '222' },
  ...{ 6.1: '122', 6.2: '111111112222', 6.3: '11223333', 6.4: '112233', 6.5: '22222333' },
  ...{ 6.6: '2223', 6.7: '33', 6.8: '2222' },
  ...{ 7.1: '222', 7.2: '1111', 7.3: '22', 7.4: '11222', 7.5: '223', 7.6: '22' },
  ...{ 8.1: '1233', 8.2: '1123', 8.3: '133', 8.4: '23' },
  ...{ 9.1: '111', 9.2: '1222' },
  ...{ 10.1: '22', 10.2: '223', 10.3: '22223', 10.4: '1111122222233333', 10.5: '22222', 10.6: '22' },
  ...{ 10.7: '222' },
  ...{ 11.1: '2233', 11.2: '22233', 11.3: '11233', 11.4: '1222', 11.5: '23', 11.6: '23', 11.7: '33' },
  ...{ 12.1: '12233', 12.2: '11', 12.3: '22223' },
  ...{ 13.1: '2333', 13.2: '222223', 13.3: '2233', 13.4: '1222233' },
  ...{ 14.1: '22', 14.2: '12223333', 14.3: '122' },
  ...{ 15.1: '12233', 15.2: '12233', 15.3: '1222222', 15.4: '3333' },
  ...{ 16.1: '2', 16.2: '22222', 16.3: '2222', 16.4: '222', 16.5: '2223' },
  ...{ 17.1: '23', 17.2: '22223333', 17.3: '22' },
};
const LEVELS = new Map(
  Object.entries(ASVS_LEVELS).flatMap(([section, levels]) =>
    [...levels].map((level, n) => [`${section}.${String(n + 1)}`, level]),
  ),
);
const STATUS = ['met', 'not met', 'not applicable', 'outside'];

/** The risk of a severity, by likelihood from very low to very high. */
const RISK = {
  minor: '11223',
  significant: '12234',
  considerable: '22334',
  major: '23345',
  catastrophic: '34455',
};
const LIKELIHOOD = ['very low', 'low', 'medium', 'high', 'very high'];

const scripts = new Set(Object.keys(JSON.parse(read('package.json')).scripts));
const commands = [...read('docs/cli.md').matchAll(/^#### `gatehouse ([^`]+)`/gm)].map(([, text]) =>
  text.replace(/ <.*/, ''),
);

/** Cells of the rows of a page's tables. */
const rowsOf = (text) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s:|-]+\|$/.test(line))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );

/** "1.2.3, 1.2.5–1.2.7" as single numbers. */
const numbersIn = (cell) =>
  cell.split(', ').flatMap((part) => {
    const [, section, first, last] = /^(\d+\.\d+)\.(\d+)(?:–\1\.(\d+))?$/.exec(part) ?? [];
    if (section === undefined) return [part];
    const count = Number(last ?? first) - Number(first) + 1;
    return Array.from({ length: count }, (_, n) => `${section}.${String(Number(first) + n)}`);
  });

/** Tests by title (`file.spec.ts` “title”) and commands (`npm run …`, `gatehouse …`). */
function missingEvidence(text) {
  const tests = [...text.matchAll(/`([\w./-]+\.spec\.tsx?)` “([^”]+)”/g)].flatMap(([, file, title]) =>
    !existsSync(join(root, file)) || read(file).includes(title) ? [] : [`${file} has no test “${title}”`],
  );
  const named = [...text.matchAll(/`(npm run|gatehouse) ([^`]+)`/g)].flatMap(([, program, words]) => {
    const exists =
      program === 'gatehouse'
        ? commands.some((command) => words === command || words.startsWith(`${command} `))
        : scripts.has(words.split(' ')[0]);
    return exists ? [] : [`there is no command "${program} ${words}"`];
  });
  return [...tests, ...named];
}

function asvsFaults(text) {
  const seen = new Map();
  const counts = Object.fromEntries(STATUS.map((status) => [status, 0]));
  const faults = [];
  for (const [ids = '', level = '', , status, evidence = ''] of rowsOf(text)) {
    if (!/^\d/.test(ids)) continue;
    const numbers = numbersIn(ids);
    for (const number of numbers) seen.set(number, (seen.get(number) ?? 0) + 1);
    if (!STATUS.includes(status)) faults.push(`${ids}: "${status}" is no status`);
    else counts[status] += numbers.length;
    const levels = [...new Set(numbers.map((number) => LEVELS.get(number)))].sort().join(', ');
    if (levels !== level) faults.push(`${ids}: the level is ${levels}, and not ${level}`);
    if (status === 'met' && !/`|\]\(/.test(evidence)) faults.push(`${ids}: met, but nothing shows it`);
  }
  for (const [number, level] of LEVELS) {
    const times = seen.get(number) ?? 0;
    if (times !== (level === '3' ? 0 : 1))
      faults.push(`${number} (level ${level}) is there ${String(times)} times`);
  }
  const summary = `${STATUS.map((status) => `${String(counts[status])} ${status}`).join(', ')}`;
  if (!text.includes(`**${summary}**`)) faults.push(`the summary must say "**${summary}**"`);
  return faults;
}

/** "major, low: 3" */
function riskFault(hazard, which, text) {
  const [, severity, likelihood, risk] = /^(\w+), ([\w ]+): (\d)$/.exec(text ?? '') ?? [];
  const expected = RISK[severity]?.[LIKELIHOOD.indexOf(likelihood)];
  return expected !== undefined && expected === risk
    ? []
    : [`${hazard}: the ${which} risk "${text ?? ''}" is ${expected ?? 'not of the matrix'}`];
}

function hazardFaults(text) {
  const sections = text.split(/^### (?=H\d+)/m).slice(1);
  const names = sections.map((section) => /^H\d+/.exec(section)[0]);
  const outOfOrder = names.flatMap((name, n) =>
    name === `H${String(n + 1)}` ? [] : [`${name}: hazards are numbered from H1`],
  );
  return sections.length === 0
    ? ['there is no hazard']
    : [
        ...outOfOrder,
        ...sections.flatMap((section, n) => {
          const cells = new Map(rowsOf(section).map(([name, value]) => [name, value]));
          const missing = [
            'Cause',
            'Effect on the patient',
            'Existing controls',
            'Evidence',
            'Left to the deploying organisation',
          ]
            .filter((name) => !cells.get(name))
            .map((name) => `${names[n]}: "${name}" is missing`);
          const unshown = /\.spec\.ts/.test(cells.get('Evidence') ?? '')
            ? []
            : [`${names[n]}: no test shows its controls`];
          return [
            ...missing,
            ...unshown,
            ...riskFault(names[n], 'initial', cells.get('Initial risk')),
            ...riskFault(names[n], 'residual', cells.get('Residual risk')),
          ];
        }),
      ];
}

const faultsIn = (page, text) => [
  ...missingEvidence(text),
  ...(page === 'asvs.md' ? asvsFaults(text) : []),
  ...(page === 'hazard-log.md' ? hazardFaults(text) : []),
];

const pages = new Map(
  readdirSync(join(root, FOLDER))
    .filter((name) => name.endsWith('.md'))
    .map((name) => [name, read(`${FOLDER}/${name}`)]),
);
/** A page, what is replaced in it, and by what: each must be found. */
const PLANTED = [
  ['README.md', /$/, '`test/e2e/flood.spec.ts` “never was there”'],
  ['README.md', /$/, '`npm run nothing`'],
  ['README.md', /$/, '`gatehouse nothing`'],
  ['asvs.md', /^\| 1\.1\.1 .*\n/m, ''],
  ['asvs.md', /^(\| 1\.1\.1 .*\n)/m, '$1$1'],
  ['asvs.md', /\| met +\|/, '| nearly |'],
  ['asvs.md', /^(\| 1\.1\.1 +)\| 2/m, '$1| 1'],
  ['asvs.md', /\*\*\d+ met/, '**999 met'],
  ['hazard-log.md', /(\| Residual risk +\| .*): \d/, '$1: 5'],
  ['hazard-log.md', /\| Cause +\|.*/, ''],
  ['hazard-log.md', /^### H2/m, '### H99'],
];
const blind = PLANTED.filter(([page, find, put]) => {
  const text = pages.get(page) ?? '';
  return faultsIn(page, text.replace(find, put)).length <= faultsIn(page, text).length;
});
if (blind.length > 0) {
  console.error(
    `The check of the assurance pages does not find ${blind.map(([page, find]) => `${page}: ${String(find)}`).join('; ')}`,
  );
  process.exit(1);
}
const faults = [...pages].flatMap(([page, text]) =>
  faultsIn(page, text).map((fault) => `${FOLDER}/${page}: ${fault}`),
);
if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
console.log(`${String(PLANTED.length)} planted faults found; everything that docs/assurance cites is there.`);
