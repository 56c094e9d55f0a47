// Where the files of a run of tests are kept. PostgreSQL creates 300 small files for each test database, and a browser as
// many for its profile; on some disks that costs a core a second each time, and twenty times less in memory. Run by itself,
// it prints the folder.
import { accessSync, constants, statfsSync } from 'node:fs';
import { tmpdir, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

const IN_MEMORY = '/dev/shm';
/** A whole run writes less than 2 GiB, and a file system in memory takes it from the processes. */
const ROOM_BYTES = 6 * 1024 ** 3;
const MEMORY_BYTES = 12 * 1024 ** 3;

/** TMPDIR where it is set; otherwise a folder in memory where there is room, and otherwise the system's. */
export function scratchHome() {
  if (process.env.TMPDIR) return tmpdir();
  try {
    accessSync(IN_MEMORY, constants.W_OK);
    const { bavail, bsize } = statfsSync(IN_MEMORY);
    if (bavail * bsize >= ROOM_BYTES && totalmem() >= MEMORY_BYTES) return IN_MEMORY;
  } catch {
    // Only Linux has it.
  }
  return tmpdir();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(scratchHome());
