/** What came of one attempt to send a notice. */
export type SendResult =
  | { readonly state: 'sent' }
  /** The receiver will not take it, however often it is tried. */
  | { readonly state: 'refused'; readonly cause: string }
  /** May work later. `concerns` the place: other messages to it would fail as well. */
  | { readonly state: 'failed'; readonly cause: string; readonly concerns: 'place' | 'message' };

/** One attempt may take this long in all: well below the time for which a worker claims it. */
export const SEND_MS = 20_000;
