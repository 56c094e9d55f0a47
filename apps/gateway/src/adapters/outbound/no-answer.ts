/** The cause where an attempt to send took longer than it may. */
export const noAnswerWithin = (limitMs: number): string => `no answer within ${limitMs / 1_000} s`;
