/** An API key shorter than this is hidden completely, since eight visible characters would reveal too much of it. */
export const SHORTEST_PARTLY_SHOWN = 16;

/**
 * An APIM API key as people may see it: first four, an ellipsis, last four; a short one is hidden whole.
 * Enough to tell two keys apart, too little to use (API keys are masked in every output and log).
 */
export function maskApiKey(key: string): string {
  return key.length < SHORTEST_PARTLY_SHOWN ? '••••••••' : `${key.slice(0, 4)}…${key.slice(-4)}`;
}

/** What stands for a secret that is never shown, not even in part. */
export const HIDDEN = '(hidden)';
