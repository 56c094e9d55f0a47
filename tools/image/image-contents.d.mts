export const MAX_BYTES: number;
export function imageFaults(folder: string): readonly string[];
export function rootFaults(root: string): readonly string[];
