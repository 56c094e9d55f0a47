/** What the jobs of key rotation need, over the database, KMS and NHS England. */
import type { SystemEvent } from '@gatehouse/domain/audit/audit';
import type { SigningKey, Snapshot } from '@gatehouse/domain/registry/registry';
import { readPublicJwks } from '../adapters/keys/public-jwks.js';
import {
  arnOfKey,
  beginCreation,
  claimRotation,
  knownKeyArns,
  noteFailure,
  type OwnerRotation,
  readRotations,
  releaseRotation,
} from '../adapters/keys/rotations.js';
import { policyText, ROTATION_ACTOR, takeStep } from '../adapters/keys/rotation-writes.js';
import type { KeyService } from '../adapters/kms/key-service.js';
import type { Canary, CanaryRefusal } from '../adapters/nhs/canary.js';
import type { Cis2Canary } from '../adapters/users/cis2-canary.js';
import { requestJobs } from '../adapters/queue/job-records.js';
import type { KeyRotationDeps } from './key-rotation.job.js';
import type { KeyRotationStepDeps } from './key-rotation-step.job.js';

export interface RotationParts {
  readonly db: Parameters<typeof takeStep>[0];
  readonly keyService: KeyService;
  readonly canary: Canary;
  readonly cis2Canary: Cis2Canary;
  readonly snapshot: () => Snapshot;
  readonly audit: { system(event: SystemEvent): Promise<void> };
  /** Where the public listener is reached, without a trailing slash. */
  readonly publicUrl: string;
  readonly now: () => number;
  readonly killPoint: KeyRotationStepDeps['killPoint'];
  readonly log: KeyRotationStepDeps['log'];
}

export function rotationDeps(
  { db, now }: Pick<RotationParts, 'db' | 'now'>,
  onStuck: (count: number) => void,
): KeyRotationDeps {
  return {
    read: () => readRotations(db),
    request: (ownerIds) =>
      requestJobs(db, {
        job: 'key-rotation-step',
        payloads: ownerIds.map((owner) => ({ owner })),
        by: ROTATION_ACTOR,
        nowMs: now(),
      }),
    now,
    onStuck,
  };
}

export function rotationStepDeps(parts: RotationParts): KeyRotationStepDeps {
  const { db, keyService, snapshot, audit, publicUrl, now, killPoint, log } = parts;
  return {
    claim: (ownerId) => claimRotation(db, ownerId, now()),
    read: async (ownerId) => (await readRotations(db, ownerId))[0],
    release: (ownerId, claim) => releaseRotation(db, ownerId, claim),
    noteFailure: (rotation, failure) => noteFailure(db, rotation, failure),
    beginCreation: (ownerId, claim) => beginCreation(db, ownerId, claim),
    takeStep: (rotation, step, created) => takeStep(db, rotation, step, { created, now }),
    keyService,
    arnOf: (kid) => arnOfKey(db, kid),
    knownArns: () => knownKeyArns(db),
    readJwks: (jwksId) => readPublicJwks(`${publicUrl}/jwks/${jwksId}`),
    canary: (rotation, key) => askCanary(parts, rotation, key),
    ...{ snapshot, audit, policyText, now, killPoint, log },
  };
}

async function askCanary(
  { canary, cis2Canary, snapshot }: Pick<RotationParts, 'canary' | 'cis2Canary' | 'snapshot'>,
  { jwksId }: OwnerRotation,
  key: SigningKey,
): Promise<CanaryRefusal> {
  const client = snapshot().cis2ClientsByJwksId.get(jwksId);
  if (client !== undefined) return cis2Canary(client, key);
  const application = snapshot().applicationsByJwksId.get(jwksId);
  if (application === undefined) throw new Error(`the application of key ${key.kid} is not loaded`);
  return canary(application, key);
}
