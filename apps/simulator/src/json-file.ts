import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A list that survives a restart, as JSON in the state directory. Writes are atomic and in order. */
export class JsonFile<T> {
  readonly #dir: string;
  readonly #path: string;
  #writing: Promise<void> = Promise.resolve();

  constructor(dir: string, name: string) {
    this.#dir = dir;
    this.#path = join(dir, name);
  }

  /** Empty if nothing has been written yet. */
  async read(): Promise<T[]> {
    await mkdir(this.#dir, { recursive: true });
    const text = await readFile(this.#path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '[]';
      throw error;
    });
    return JSON.parse(text) as T[];
  }

  write(list: readonly T[]): Promise<void> {
    const text = JSON.stringify(list, null, 1);
    this.#writing = this.#writing.then(async () => {
      await writeFile(`${this.#path}.new`, text);
      await rename(`${this.#path}.new`, this.#path);
    });
    return this.#writing;
  }
}
