import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PAGE = '<div id="root"></div><script type="module" src="/src/main.tsx"></script>';
const SCRIPT = `import { createRoot } from 'react-dom/client';
import { routes } from '@gatehouse/contracts/routes';
createRoot(document.body).render(<p>{Object.keys(routes).length}</p>);`;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gatehouse-paths-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What builds the console. */
const BUILD = [
  ...['build.mjs', 'vite.config.mjs', 'package.json'].map((file) => `apps/console/${file}`),
  'tools/bundle/packages.mjs',
];

/** Makes a checkout at a path, with a console of one page. */
async function checkoutAt(name: string): Promise<string> {
  const console = join(folder, name, 'apps/console');
  await mkdir(join(console, 'src'), { recursive: true });
  for (const file of BUILD) await cp(join(ROOT, file), join(folder, name, file));
  await writeFile(join(console, 'index.html'), PAGE);
  await writeFile(join(console, 'src/main.tsx'), SCRIPT);
  await symlink(join(ROOT, 'node_modules'), join(folder, name, 'node_modules'));
  return console;
}

it.each(['plain', "with space, c#, why?, 100%, %2e, Überweisung, it's (1) & more"])(
  'the console is built in a folder named %s',
  async (name) => {
    const console = await checkoutAt(name);
    const built = spawnSync(process.execPath, ['build.mjs'], { cwd: console, encoding: 'utf8' });
    expect(built.stderr).toBe('');
    expect(built.status).toBe(0);
    const page = await readFile(join(console, 'dist/www/index.html'), 'utf8');
    const assets = await readdir(join(console, 'dist/www/assets'));
    const scripts = [...page.matchAll(/src="\/assets\/([^"]+)"/g)].map(([, script]) => script);
    expect(scripts).toHaveLength(1);
    expect(assets).toEqual(expect.arrayContaining(scripts));
  },
);
