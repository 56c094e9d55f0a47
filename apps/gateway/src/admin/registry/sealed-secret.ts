import type { Secret } from '@gatehouse/domain/registry/records/field-kinds';
import type { SecretBox } from '../../adapters/kms/secret-box.js';

/** A new secret of a record, sealed for its row; null: it has none, or the one that is sealed stays. */
export async function sealedSecret(
  secretBox: Pick<SecretBox, 'seal'>,
  secret: Secret | null,
  id: string,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const toSeal = secret?.toSeal ?? null;
  return toSeal === null ? null : secretBox.seal(toSeal, id);
}
