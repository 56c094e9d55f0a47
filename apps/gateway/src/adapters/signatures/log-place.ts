/** Where CloudTrail delivers the log of KMS: the folder of one region, with a folder for each year, month and day. */
export interface LogFile {
  /** Within the place: `2026/03/02/…json.gz`. */
  readonly name: string;
  /** As it is stored. */
  readonly bytes: number;
}

export interface LogPlace {
  /**
   * The log files of a day (UTC, `2026-03-02`), in pages of at most a thousand.
   * @throws what the place throws if it is away
   */
  files(day: string, signal: AbortSignal): AsyncIterable<readonly LogFile[]>;
  read(name: string, signal: AbortSignal): Promise<Uint8Array>;
}

/** CloudTrail writes gzipped JSON; a copy may have been unpacked. */
export const isLogFile = (name: string): boolean => /\.json(?:\.gz)?$/.test(name);

export const folderOfDay = (day: string): string => `${day.replaceAll('-', '/')}/`;
