/** TMPDIR where it is set; otherwise a folder in memory where there is room, and otherwise the system's. */
export function scratchHome(): string;
