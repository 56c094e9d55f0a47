/** Signs the manifests of evidence packs with a KMS key that signs nothing else. */
import { detachedJws, type EvidenceManifest } from '@gatehouse/domain/evidence/manifest';
import type { Kms } from '../kms/kms.js';
import { publicKeyOnce } from '../kms/public-key-once.js';

export interface ManifestSigner {
  /** @throws GW_KEY_UNUSABLE, GW_SIGNING_UNAVAILABLE: it could not sign now */
  ready(): Promise<void>;
  /** A detached JWS over `manifestText`. @throws GW_KEY_UNUSABLE, GW_SIGNING_UNAVAILABLE */
  sign(manifest: EvidenceManifest): Promise<string>;
}

export function createManifestSigner(
  kms: Pick<Kms, 'publicKey' | 'signEvidence'>,
  kmsKeyArn: string,
): ManifestSigner {
  const publicKey = publicKeyOnce(kms, kmsKeyArn);
  return {
    async ready() {
      await publicKey();
    },
    async sign(claims) {
      const key = await publicKey();
      const header = { alg: 'RS512', typ: 'gatehouse-evidence+jws', kid: key.thumbprint } as const;
      return detachedJws(await kms.signEvidence(key, { header, claims }));
    },
  };
}
