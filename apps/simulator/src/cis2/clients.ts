import { JsonFile } from '../json-file.js';

/** A relying party as CIS2's Connection Manager registers it. */
export interface Cis2Client {
  readonly clientId: string;
  readonly redirectUris: readonly string[];
  /** `client_secret` sends it in the form, `client_secret_basic` in the header. */
  readonly auth: 'private_key_jwt' | 'client_secret' | 'client_secret_basic';
  /** Of the client assertion; private_key_jwt only. */
  readonly signingAlgorithm: 'RS512' | 'RS256';
  readonly jwksUrl?: string;
  readonly clientSecret?: string;
  /** Where CIS2 sends logout tokens. */
  readonly backChannelUrl?: string;
  /** How CIS2 signs this client's ID tokens. */
  readonly idTokenAlgorithm: 'RS256' | 'RS512';
  /** Increases with each registration, so that nothing cached for an earlier one is used. */
  readonly revision: number;
}

export type Cis2ClientInput = Partial<Omit<Cis2Client, 'clientId' | 'revision'>>;

/** The clients registered with CIS2. They survive a restart, in the state directory. */
export class Cis2Clients {
  readonly #file: JsonFile<Cis2Client>;
  readonly #byId: Map<string, Cis2Client>;

  private constructor(file: JsonFile<Cis2Client>, clients: readonly Cis2Client[]) {
    this.#file = file;
    this.#byId = new Map(clients.map((client) => [client.clientId, client]));
  }

  static async open(stateDir: string): Promise<Cis2Clients> {
    const file = new JsonFile<Cis2Client>(stateDir, 'cis2-clients.json');
    return new Cis2Clients(file, await file.read());
  }

  get(clientId: string): Cis2Client | undefined {
    return this.#byId.get(clientId);
  }

  list(): Cis2Client[] {
    return [...this.#byId.values()];
  }

  async put(clientId: string, input: Cis2ClientInput): Promise<Cis2Client> {
    const former = this.#byId.get(clientId);
    const client: Cis2Client = {
      redirectUris: [],
      auth: 'private_key_jwt',
      signingAlgorithm: 'RS512',
      idTokenAlgorithm: 'RS256',
      ...former,
      ...input,
      clientId,
      revision: (former?.revision ?? 0) + 1,
    };
    this.#byId.set(clientId, client);
    await this.#file.write(this.list());
    return client;
  }

  async delete(clientId: string): Promise<boolean> {
    const existed = this.#byId.delete(clientId);
    await this.#file.write(this.list());
    return existed;
  }
}
