export const MAX_BYTES: number;
export function imageContents(folder: string): {
  readonly files: readonly string[];
  readonly sizes: readonly (readonly [name: string, bytes: number])[];
  readonly faults: readonly string[];
};
