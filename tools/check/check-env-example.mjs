// Checks that .env.example and the gateway's configuration name the same settings, each once. It needs the build.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const compiled = join(root, 'apps/gateway/dist/config/config.js');
const example = join(root, '.env.example');
for (const needed of [compiled, example]) {
  if (!existsSync(needed)) {
    console.error(`${needed} does not exist.`);
    process.exit(1);
  }
}
const { settingNames } = await import(compiled);
const inSchema = new Set(settingNames);
const inExample = readFileSync(example, 'utf8')
  .split('\n')
  .map((line) => /^(?:# ?)?([A-Z][A-Z0-9_]*)=/.exec(line)?.[1])
  .filter((name) => name !== undefined);

const faults = [
  ...(inSchema.size === 0 ? ['The configuration has no settings.'] : []),
  ...[...inSchema]
    .filter((name) => !inExample.includes(name))
    .map((name) => `${name} is missing from .env.example`),
  ...inExample
    .filter((name) => !inSchema.has(name))
    .map((name) => `${name} in .env.example is not a setting`),
  ...inExample
    .filter((name, index) => inExample.indexOf(name) !== index)
    .map((name) => `${name} is in .env.example twice`),
];
if (faults.length > 0) {
  console.error(faults.join('\n'));
  process.exit(1);
}
