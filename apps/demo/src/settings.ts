/** What the web application needs to know. `main.ts` reads it from the environment. */
export interface Settings {
  /** Where browsers find this application, such as https://refer-well.example. */
  readonly url: string;
  /** Gatehouse's partner listener. */
  readonly gatehouseUrl: string;
  /** The secret of this application, which never leaves the server. */
  readonly clientKey: string;
  readonly product: string;
  /** Where the audit trail can be looked at; null: nowhere. */
  readonly consoleUrl: string | null;
  /** The organisations that use this application. A user may sign in for one of them. */
  readonly organisations: readonly { readonly odsCode: string; readonly name: string }[];
}

/** Gatehouse returns users to this address and no other: it is registered as a return target of the client. */
export const returnTarget = (settings: Settings): string => `${settings.url}/signed-in`;
