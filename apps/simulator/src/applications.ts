import { randomBytes, randomUUID } from 'node:crypto';
import { JsonFile } from './json-file.js';

/**
 * Custom attributes of an APIM application that e-RS and the identity service read
 * (docs/reference/protocol-facts.md §1.4). `euo-allowlist-required` and `euo-allowlist` (ODS codes, comma
 * separated) are the allow-list of end user organisations, whose real attribute names aren't public. If it is required
 * and there is none, APIM returns its internal error.
 */
export interface ApplicationAttributes {
  asid?: string;
  'app-restricted-ods-code'?: string;
  'app-restricted-user-id'?: string;
  'app-restricted-business-function'?: string;
  'jwks-resource-url'?: string;
  'euo-allowlist-required'?: string;
  'euo-allowlist'?: string;
}

/** An APIM application. `products` are those of e-RS; any other string is a product of another API. */
export interface Application {
  readonly apiKey: string;
  /** User-restricted access needs it to refresh a token, and for combined authentication. */
  readonly apiSecret: string;
  readonly applicationId: string;
  readonly name: string;
  readonly products: readonly string[];
  readonly attributes: ApplicationAttributes;
  readonly status: 'approved' | 'revoked';
  /** The one redirect URI of combined authentication. */
  readonly callbackUrl?: string;
}

/** The body of `PUT /apps/{apiKey}`. A field that is left out keeps its value or gets its default. */
export type ApplicationInput = Partial<Omit<Application, 'apiKey'>>;

/** The applications registered in API Management. They survive a restart, in the state directory. */
export class Applications {
  readonly #file: JsonFile<Application>;
  readonly #byKey: Map<string, Application>;

  private constructor(file: JsonFile<Application>, byKey: Map<string, Application>) {
    this.#file = file;
    this.#byKey = byKey;
  }

  static async open(stateDir: string): Promise<Applications> {
    const file = new JsonFile<Application>(stateDir, 'applications.json');
    return new Applications(file, new Map((await file.read()).map((app) => [app.apiKey, app])));
  }

  get(apiKey: string): Application | undefined {
    return this.#byKey.get(apiKey);
  }

  list(): Application[] {
    return [...this.#byKey.values()];
  }

  async put(apiKey: string, input: ApplicationInput): Promise<Application> {
    const [application] = await this.putAll([{ apiKey, ...input }]);
    if (application === undefined) throw new Error('nothing was put');
    return application;
  }

  async putAll(inputs: readonly ({ apiKey: string } & ApplicationInput)[]): Promise<Application[]> {
    const applications = inputs.map(({ apiKey, ...input }) => {
      const former = this.#byKey.get(apiKey);
      const callbackUrl = input.callbackUrl ?? former?.callbackUrl;
      const application: Application = {
        apiKey,
        apiSecret: input.apiSecret ?? former?.apiSecret ?? randomBytes(16).toString('base64url'),
        applicationId: input.applicationId ?? former?.applicationId ?? randomUUID(),
        name: input.name ?? former?.name ?? apiKey,
        products: input.products ?? former?.products ?? [],
        attributes: input.attributes ?? former?.attributes ?? {},
        status: input.status ?? 'approved',
        ...(callbackUrl === undefined ? {} : { callbackUrl }),
      };
      this.#byKey.set(apiKey, application);
      return application;
    });
    await this.#file.write(this.list());
    return applications;
  }

  async delete(apiKey: string): Promise<boolean> {
    const existed = this.#byKey.delete(apiKey);
    await this.#file.write(this.list());
    return existed;
  }
}
