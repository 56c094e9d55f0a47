/** Checkpoints as files in a directory. It should be on another machine, or copied to one, or it proves little. */
import { link, mkdir, open, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { type CheckpointPlace, PlaceConflict } from './place.js';

const FILE = /^checkpoint-\d{12}\.txt$/;
const AT_ONCE = 1_000;

/** @param url a file: URL */
export function directoryPlace(url: string): CheckpointPlace {
  const folder = fileURLToPath(url);
  const read = (file: string): Promise<string> => readFile(join(folder, file), 'utf8');

  return {
    name: url,
    read,
    replacedAfter: () => Promise.resolve([]),

    async keep(file, content) {
      await mkdir(folder, { recursive: true });
      await writeOnce(folder, file, content);
      if ((await read(file)) !== content)
        throw new PlaceConflict(`${file} is there already, and is another checkpoint`);
      return null;
    },

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
async function writeOnce(folder: string, file: string, content: string): Promise<void> {
  const draft = join(folder, `.${file}.${randomUUID()}`);
  const handle = await open(draft, 'wx', 0o644);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  try {
    await link(draft, join(folder, file));
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
