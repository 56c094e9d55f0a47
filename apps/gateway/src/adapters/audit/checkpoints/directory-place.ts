/** Checkpoints and archives as files in a directory. It should be on another machine, or copied to one, or it proves little. */
import { link, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Place } from './place.js';

const FILE = /^checkpoint-\d{12}\.txt$/;
const AT_ONCE = 1_000;

/** @param url a file: URL */
export function directoryPlace(url: string): Place {
  const folder = fileURLToPath(url);

  return {
    name: url,
    replacedAfter: () => Promise.resolve([]),

    async store(file, content) {
      const path = join(folder, file);
      await mkdir(dirname(path), { recursive: true });
      await writeOnce(path, content);
      return { content: await readFile(path), version: null };
    },

    read: (file) =>
      readFile(join(folder, file), 'utf8').catch((error: unknown) => {
        if (isCode(error, 'ENOENT')) return null;
        throw error;
      }),

    async filesAfter(file) {
      const names = await readdir(folder).catch((error: unknown) => {
        if (isCode(error, 'ENOENT')) return [];
        throw error;
      });
      return names
        .filter((name) => FILE.test(name) && name > file)
        .sort()
        .slice(0, AT_ONCE);
    },
  };
}

/** The name appears with the whole content on the disk, or not at all. A file that is there already stays as it is. */
async function writeOnce(path: string, content: Uint8Array): Promise<void> {
  const folder = dirname(path);
  const draft = join(folder, `.${basename(path)}.${randomUUID()}`);
  const handle = await open(draft, 'wx', 0o644);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(draft, path);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    await unlink(draft);
  }
  const directory = await open(folder);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
