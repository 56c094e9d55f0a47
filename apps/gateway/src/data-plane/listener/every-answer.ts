/** Headers of every answer of the partner listener, whoever gave it: it is stored nowhere, and is what its type says. */
export const OF_EVERY_ANSWER = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' } as const;
