/** Signs checkpoints with a KMS key that signs nothing else, and reads checkpoints that it signed earlier. */
import { createHash } from 'node:crypto';
import {
  type CheckpointClaims,
  headLines,
  parseHeadLines,
  type ChainHead,
} from '@gatehouse/domain/audit/checkpoint';
import { compactVerify, importJWK } from 'jose';
import type { Kms } from '../../kms/kms.js';
import { publicKeyOnce } from '../../kms/public-key-once.js';
import type { StoredCheckpoint } from './checkpoint.store.js';

export interface CheckpointSigner {
  /** @throws GW_KEY_UNUSABLE, GW_SIGNING_UNAVAILABLE */
  sign(
    checkpoint: Omit<CheckpointClaims, 'format' | 'chains' | 'headsSha256'>,
    heads: readonly ChainHead[],
  ): Promise<StoredCheckpoint>;
  /** @throws if the file is no checkpoint that this key signed */
  read(file: string): Promise<StoredCheckpoint>;
}

export function createCheckpointSigner(
  kms: Pick<Kms, 'publicKey' | 'signCheckpoint'>,
  kmsKeyArn: string,
): CheckpointSigner {
  const publicKey = publicKeyOnce(kms, kmsKeyArn);

  return {
    async sign(checkpoint, heads) {
      const key = await publicKey();
      const lines = headLines(heads);
      const claims: CheckpointClaims = {
        format: 'gatehouse-checkpoint/1',
        ...checkpoint,
        chains: heads.length,
        headsSha256: sha256(lines),
      };
      const jws = await kms.signCheckpoint(key, {
        header: { alg: 'RS512', typ: 'gatehouse-checkpoint+jws', kid: key.thumbprint },
        claims,
      });
      return stored(claims, jws, lines);
    },

    async read(file) {
      const end = file.indexOf('\n');
      const [jws, lines] = [file.slice(0, end), file.slice(end + 1)];
      const { publicJwk } = await publicKey();
      const { payload } = await compactVerify(jws, await importJWK({ ...publicJwk }, 'RS512'), {
        algorithms: ['RS512'],
      });
      // Signed by Gatehouse itself, so of this shape.
      const claims = JSON.parse(new TextDecoder().decode(payload)) as CheckpointClaims;
      if (claims.headsSha256 !== sha256(lines)) throw new Error('the heads are not those that were signed');
      parseHeadLines(lines);
      return stored(claims, jws, lines);
    },
  };
}

function stored(
  { sequence, atMs, full, chains }: CheckpointClaims,
  jws: string,
  heads: string,
): StoredCheckpoint {
  return { sequence, madeAtMs: atMs, full, chains, jws, heads, behind: [] };
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
