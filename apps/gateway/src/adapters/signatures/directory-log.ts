/** A copy of the log in a directory, such as `aws s3 sync` makes. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folderOfDay, isLogFile, type LogFile, type LogPlace } from './log-place.js';

/** A file that changed a moment ago may still be written. */
const STILL_WRITTEN_MS = 30_000;
const PAGE = 1_000;

/** @param url a file: URL */
export function directoryLog(url: string): LogPlace {
  const root = fileURLToPath(url);
  return {
    async *files(day) {
      // A place that is away is not a day without files.
      await stat(root);
      const folder = folderOfDay(day);
      const names = await readdir(join(root, folder)).catch((error: unknown) => {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
        throw error;
      });
      const found = names.filter(isLogFile).sort();
      for (let at = 0; at < found.length; at += PAGE) {
        const files: LogFile[] = [];
        for (const name of found.slice(at, at + PAGE)) {
          const { size, mtimeMs } = await stat(join(root, folder, name));
          if (Date.now() - mtimeMs >= STILL_WRITTEN_MS) files.push({ name: folder + name, bytes: size });
        }
        yield files;
      }
    },
    read: (name, signal) => readFile(join(root, name), { signal }),
  };
}
