/** What `npm start` remembers between two starts. */
export interface DemoState {
  adminToken?: string;
  readonly clientKeys: Record<string, string>;
  done: string[];
  webUrl?: string;
  save(): void;
}

export interface DemoRegistry {
  readonly organisations: readonly { readonly odsCode: string; readonly name: string }[];
  readonly applications: readonly object[];
  readonly clients: readonly { readonly name: string }[];
}

export function gatehouse(
  root: string,
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<string>;

/** @returns what of the demo registry is there: people may have retired some of it since */
export function loadDemo(demo: {
  readonly root: string;
  readonly home: string;
  readonly state: DemoState;
  readonly settings: Readonly<Record<string, string>>;
  readonly asOwner: Readonly<Record<string, string>>;
  readonly adminUrl: string;
  readonly publicUrl: string;
  readonly controlUrl: string;
}): Promise<DemoRegistry>;
