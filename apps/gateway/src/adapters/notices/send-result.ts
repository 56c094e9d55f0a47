/** What came of one attempt to send a notice. */
export type SendResult =
  | { readonly state: 'sent' }
  /** The receiver will not take it, however often it is tried. */
  | { readonly state: 'refused'; readonly cause: string }
  /** May work later. */
  | { readonly state: 'failed'; readonly cause: string };

/** One attempt may take this long in all. */
export const SEND_MS = 20_000;
