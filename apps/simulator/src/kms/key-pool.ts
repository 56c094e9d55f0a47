import { generateKeyPair, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const generate = promisify(generateKeyPair);

/** A new RSA-4096 private key as PKCS#8 PEM. It takes most of a second, off the event loop. */
export async function newRsaPrivateKey(): Promise<string> {
  const { privateKey } = await generate('rsa', {
    modulusLength: 4096,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return privateKey;
}

/**
 * Spare RSA-4096 keys on disk, generated one at a time in the background. Several simulators may share the directory:
 * a simulator claims a spare key by renaming its file, and only one of them can.
 */
export class KeyPool {
  readonly #dir: string;
  readonly #spare: number;
  #filling: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(dir: string, spare: number) {
    this.#dir = dir;
    this.#spare = spare;
  }

  async open(): Promise<void> {
    await mkdir(this.#dir, { recursive: true });
    this.#topUp();
  }

  async claim(): Promise<string> {
    for (const name of await this.#spares()) {
      const mine = join(this.#dir, `claimed-${randomUUID()}`);
      try {
        await rename(join(this.#dir, name), mine);
      } catch {
        // Another simulator has claimed it.
        continue;
      }
      const pem = await readFile(mine, 'utf8');
      await unlink(mine);
      this.#topUp();
      return pem;
    }
    const pem = await newRsaPrivateKey();
    this.#topUp();
    return pem;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#filling;
  }

  async #spares(): Promise<string[]> {
    return (await readdir(this.#dir)).filter((name) => name.startsWith('spare-'));
  }

  #topUp(): void {
    this.#filling = this.#filling.then(async () => {
      while (!this.#closed && (await this.#spares()).length < this.#spare) {
        const id = randomUUID();
        await writeFile(join(this.#dir, `making-${id}`), await newRsaPrivateKey(), { mode: 0o600 });
        await rename(join(this.#dir, `making-${id}`), join(this.#dir, `spare-${id}`));
      }
    });
  }
}
