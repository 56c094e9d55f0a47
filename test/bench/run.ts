/**
 * `npm run bench -- [ROW …] [--quick] [--json FILE]` measures the rows of rows.ts, by default all of them, prints their
 * figures, and writes them as JSON. It asserts nothing; a row that can't be measured fails the run.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { benchmark } from './benchmark.ts';
import { machine } from './machine.ts';
import type { Bench, Figure } from './row.ts';
import { ROWS } from './rows.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    json: { type: 'string', default: 'node_modules/.cache/gatehouse/bench/figures.json' },
  },
});
const unknown = positionals.filter((name) => !Object.hasOwn(ROWS, name));
if (unknown.length > 0) {
  console.error(`No such row: ${unknown.join(', ')}. There are:`);
  for (const [name, { title }] of Object.entries(ROWS)) console.error(`  ${name}  ${title}`);
  process.exit(2);
}

const size: Pick<Bench, 'isQuick' | 'rounds' | 'seconds' | 'warmUp'> = {
  isQuick: values.quick,
  rounds: Number(values.rounds ?? (values.quick ? 1 : 5)),
  seconds: Number(values.seconds ?? (values.quick ? 1 : 5)),
  warmUp: values.quick ? 1_000 : 20_000,
};
const names = positionals.length > 0 ? positionals : Object.keys(ROWS);
const figures: Figure[] = [];
const facts = await machine();
console.log(Object.values(facts).join(', '));

const save = async (): Promise<void> => {
  await mkdir(dirname(values.json), { recursive: true });
  await writeFile(values.json, JSON.stringify({ ...facts, ...size, figures }, null, 2));
  console.log(`The figures are in ${values.json}`);
};

await benchmark(
  ...names.map((name) => async (later: Bench['later']) => {
    const row = ROWS[name];
    console.log(`(${name}) ${row?.title}`);
    await row?.run({ ...size, later, record: (figure) => figures.push({ row: name, ...figure }) });
  }),
  save,
);
