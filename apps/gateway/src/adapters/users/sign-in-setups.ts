/** How the users of a client sign in, as the registry says now. No request to e-RS needs it, so no snapshot has it. */
import type { Database } from '@gatehouse/db/client';

export interface SignInSetup {
  /** Where the browser may return to: compared as it is written. */
  readonly returnTargets: readonly string[];
  /** Who signs the users of the product in; null: no CIS2 client is registered for it. */
  readonly signedInBy: 'Gatehouse' | 'supplier' | null;
}

export interface SignInSetups {
  of(client: { readonly id: string; readonly environment: string }, product: string): Promise<SignInSetup>;
}

export function createSignInSetups(db: Pick<Database, 'client' | 'cis2Client'>): SignInSetups {
  return {
    async of({ id, environment }, productName) {
      const [client, cis2Client] = await Promise.all([
        db.client.findUnique({ where: { id }, select: { returnTargets: true } }),
        db.cis2Client.findUnique({
          where: { environmentName_productName: { environmentName: environment, productName } },
          select: { auth: true, state: true },
        }),
      ]);
      const isUsable = cis2Client?.state === 'active';
      return {
        returnTargets: client?.returnTargets ?? [],
        signedInBy: isUsable ? (cis2Client.auth === 'supplier' ? 'supplier' : 'Gatehouse') : null,
      };
    },
  };
}
