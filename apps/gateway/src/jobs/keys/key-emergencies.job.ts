/** Goes on with emergencies of signing keys that were interrupted, or for which KMS was away. */
export interface KeyEmergenciesDeps {
  /** Ids of those that were begun before this moment, in epoch ms, and are not complete. */
  readonly unsettled: (beforeMs: number) => Promise<readonly string[]>;
  /** False if something could not be done yet. */
  readonly settle: (id: string) => Promise<boolean>;
  /** Announces it, once, if KMS has not confirmed it. */
  readonly announce: (id: string) => Promise<void>;
  readonly now: () => number;
}

/** So long the process to which a person gave the order has it to itself. */
const OWN_TIME_MS = 15_000;

export async function run({ unsettled, settle, announce, now }: KeyEmergenciesDeps): Promise<void> {
  for (const id of await unsettled(now() - OWN_TIME_MS)) if (!(await settle(id))) await announce(id);
}
