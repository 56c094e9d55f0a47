/** How pages read, unless they say otherwise. */
export const READS = {
  // A rejected or failed request is shown at once, offline too; people try again with a button.
  retry: false,
  networkMode: 'always',
  // Reads of the audit trail are recorded, a failed reload must not disturb an open form, and a page may be paused.
  refetchOnWindowFocus: false,
  refetchOnReconnect: false,
} as const;
