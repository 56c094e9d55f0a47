/** Headers of every answer of the partner listener, so that nobody stores it or takes it for another type. */
export const OF_EVERY_ANSWER = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' } as const;
