// Unpacks programs from Debian's packages, without root and without starting a service.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Downloads the packages and unpacks them into a folder.
 * @returns whether at least one was unpacked; false where there is no apt
 */
export function unpackDebianPackages(names, folder) {
  if (!existsSync('/usr/bin/apt-get')) return false;
  if (unpack(names, folder)) return true;
  if (process.getuid?.() !== 0) return false;
  spawnSync('apt-get', ['update'], { stdio: 'ignore' });
  return unpack(names, folder);
}

/** The libraries that a package needs, and those that they need, but for those that are installed. */
export function librariesOf(name) {
  const direct = directLibrariesOf(name);
  return [...new Set([...direct, ...direct.flatMap(directLibrariesOf)])];
}

/** LD_LIBRARY_PATH for programs that were unpacked into a folder. */
export function libraryPath(folder) {
  const libraries = join(folder, 'usr/lib');
  if (!existsSync(libraries)) return '';
  return readdirSync(libraries)
    .map((name) => join(libraries, name))
    .join(':');
}

function directLibrariesOf(name) {
  const { stdout } = spawnSync('apt-cache', ['depends', name], { encoding: 'utf8' });
  const names = [...(stdout ?? '').matchAll(/Depends: (lib[\w.+-]+)/g)].map(([, library]) => library);
  return names.filter((library) => spawnSync('dpkg-query', ['-W', library]).status !== 0);
}

function unpack(names, folder) {
  const downloads = mkdtempSync(join(tmpdir(), 'gatehouse-packages-'));
  try {
    // One at a time: a name that this release of Debian doesn't have must not lose the others.
    for (const name of names) spawnSync('apt-get', ['download', name], { cwd: downloads, stdio: 'ignore' });
    const archives = readdirSync(downloads).filter((name) => name.endsWith('.deb'));
    mkdirSync(folder, { recursive: true });
    const unpacked = archives.map((archive) =>
      spawnSync('dpkg', ['-x', join(downloads, archive), folder], { stdio: 'ignore' }),
    );
    return unpacked.some(({ status }) => status === 0);
  } finally {
    rmSync(downloads, { recursive: true, force: true });
  }
}
