// `npm run docs:build` writes the documentation as a site of static files to docs/site/dist and fails if a link leads
// nowhere. `npm run docs:serve [-- --port N]` builds it and serves it at 127.0.0.1.
import { openApiDocument } from '@gatehouse/contracts/openapi';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { toolEnvironment } from '../environment.mjs';
import { installApart } from '../packages/install-apart.mjs';
import { faultsOfSite } from './built-site.mjs';

const { values } = parseArgs({
  options: { serve: { type: 'boolean', default: false }, port: { type: 'string', default: '4321' } },
});
const site = fileURLToPath(new URL('../../docs/site', import.meta.url));
const dist = join(site, 'dist');

function astro(...args) {
  const { status, signal } = spawnSync(
    process.execPath,
    [join(site, 'node_modules/astro/bin/astro.mjs'), ...args],
    { cwd: site, stdio: 'inherit', env: toolEnvironment({ ASTRO_TELEMETRY_DISABLED: '1' }) },
  );
  if (status !== 0) process.exit(signal === null ? (status ?? 1) : 0);
}

/** Each file that can hold a link, by its path in the site, and the names of the others. */
function builtFiles() {
  const names = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    names.map((name) => [
      name.slice(dist.length + 1),
      /\.(?:html|css)$/.test(name) ? readFileSync(name, 'utf8') : null,
    ]),
  );
}

installApart(site);
rmSync(dist, { recursive: true, force: true });
mkdirSync(join(site, 'openapi'), { recursive: true });
writeFileSync(join(site, 'openapi', 'admin.json'), JSON.stringify(openApiDocument('1')));
astro('build', '--silent');
const files = builtFiles();
const faults = faultsOfSite(files);
if (faults.length > 0) {
  console.error(`The site has faults:\n${faults.join('\n')}`);
  process.exit(1);
}
console.log(`docs/site/dist holds ${files.size} files; every link in them leads somewhere.`);
if (values.serve) astro('preview', '--host', '127.0.0.1', '--port', values.port);
