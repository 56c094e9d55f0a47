/** Somewhere outside the database where checkpoints and archives are kept. Nothing that is there is ever replaced. */
export interface Place {
  /** As it is configured. */
  readonly name: string;
  /**
   * Stores the file unless there is one of this name, and reads back what is there. Names may have folders.
   * @throws what the place throws if it is away
   */
  store(file: string, content: Uint8Array): Promise<Kept>;
  /** Names of checkpoints that sort after this one, in their order; at most a thousand. */
  filesAfter(file: string): Promise<string[]>;
  /** Null: there is no such file. */
  read(file: string): Promise<string | null>;
  /**
   * Files that begin with `prefix` and come after one, of which there is more than the version that was stored. Empty where a
   * place has no versions.
   */
  replacedAfter(file: string, prefix: string): Promise<string[]>;
}

/** A file as it is in a place. */
export interface Kept {
  readonly content: Buffer;
  /** The version that the place gave it; null where it gives none. */
  readonly version: string | null;
}

/** A file was replaced, or two databases write to one place. */
export class PlaceConflict extends Error {
  override readonly name = 'PlaceConflict';
}

/**
 * Stores a text and compares what is there with it.
 * @returns its version
 * @throws PlaceConflict if the place has another file under this name
 */
export async function keep(place: Place, file: string, text: string): Promise<string | null> {
  const { content, version } = await place.store(file, Buffer.from(text, 'utf8'));
  if (content.toString('utf8') !== text)
    throw new PlaceConflict(`${file} is there already, and has another content`);
  return version;
}

/** The content of a file that is there. */
export async function readFrom(place: Place, file: string): Promise<string> {
  const text = await place.read(file);
  if (text === null) throw new PlaceConflict(`${file} is gone`);
  return text;
}
