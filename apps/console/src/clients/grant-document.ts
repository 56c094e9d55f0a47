import {
  API_VERSION,
  type RegistryDocument,
  registryDocument,
} from '@gatehouse/contracts/registry/registry-file';
import type { AnswerOf } from '@gatehouse/contracts/routes';

type Client = AnswerOf<'clientShow'>;

/**
 * Gives one more grant to a client, which may be new. A list in a document replaces the whole list, so the existing
 * grants come first. Null: something is missing or is no name.
 */
export function grantDocument(
  { name, environment, grants }: Pick<Client, 'name' | 'environment' | 'grants'>,
  grant: Client['grants'][number],
): RegistryDocument | null {
  const written = [...grants, grant].map((each) => ({ ...each, capability: each.capability ?? undefined }));
  const checked = registryDocument.safeParse({
    apiVersion: API_VERSION,
    clients: [{ name, environment, grants: written }],
  });
  return checked.success ? checked.data : null;
}
