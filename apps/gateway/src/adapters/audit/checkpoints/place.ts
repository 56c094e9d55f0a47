/** Somewhere outside the database where checkpoints are kept. Nothing that is there is ever replaced. */
export interface CheckpointPlace {
  /** As it is configured. */
  readonly name: string;
  /**
   * Stores the file and reads it back.
   * @returns the version that the store gave it; null where it gives none
   * @throws PlaceConflict if the place has another file under this name; what the place throws if it is away
   */
  keep(file: string, content: string): Promise<string | null>;
  /** Names of files that sort after this one, in their order; at most a thousand. */
  filesAfter(file: string): Promise<string[]>;
  read(file: string): Promise<string>;
  /** Files after this one of which there is more than the version that was stored. Empty where a place has no versions. */
  replacedAfter(file: string): Promise<string[]>;
}

/** A checkpoint was replaced, or two databases write to one place. */
export class PlaceConflict extends Error {
  override readonly name = 'PlaceConflict';
}
