import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

/** The workspaces, which a copy has itself, and what a build writes down about the tree that it was made of. */
const OF_THE_TREE = /^(@gatehouse$|\.gatehouse-)/;

/** Gives a copy of the repository the installed packages by links, which takes no time and no room. */
export function linkPackages(root: string, copy: string): void {
  const [from, to] = [join(root, 'node_modules'), join(copy, 'node_modules')];
  mkdirSync(join(to, '@gatehouse'), { recursive: true });
  for (const name of readdirSync(from))
    if (!OF_THE_TREE.test(name)) symlinkSync(join(from, name), join(to, name));
  for (const folder of ['apps', 'libs'])
    for (const name of readdirSync(join(copy, folder)))
      symlinkSync(join(copy, folder, name), join(to, '@gatehouse', name));
}
