/** What the jobs of key rotation need, over the database, KMS and NHS England. */
import { ownerPayload } from '@gatehouse/contracts/operation/job-payloads';
import type { SystemEvent } from '@gatehouse/domain/audit/audit';
import type { SigningKey, Snapshot } from '@gatehouse/domain/registry/registry';
import { readPublicJwks } from '../../adapters/keys/public-jwks.js';
import {
  arnOfKey,
  beginCreation,
  claimRotation,
  endCreation,
  knownKeyArns,
  noteFailure,
  type OwnerRotation,
  readLeftOver,
  readRotations,
  releaseRotation,
} from '../../adapters/keys/rotations.js';
import { ROTATION_ACTOR, takeStep } from '../../adapters/keys/rotation-writes.js';
import { recordTaken } from '../../adapters/keys/rotation-records.js';
import type { KeyService } from '../../adapters/kms/key-service.js';
import type { Canary, CanaryRefusal } from '../../adapters/nhs/canary.js';
import type { Cis2Canary } from '../../adapters/users/cis2-canary.js';
import { failedPayloads, requestJobs } from '../../adapters/queue/job-records.js';
import type { KeyRotationDeps } from './key-rotation.job.js';
import type { KeyRotationStepDeps } from './key-rotation-step.job.js';

export interface RotationParts {
  readonly db: Parameters<typeof takeStep>[0];
  readonly keyService: KeyService;
  readonly canary: Canary;
  readonly cis2Canary: Cis2Canary;
  readonly snapshot: () => Snapshot;
  readonly audit: { system(event: SystemEvent): Promise<void> };
  /** Names of the environments that this deployment serves. Keys of others are not its to rotate. */
  readonly environments: ReadonlySet<string>;
  /** Where the public listener is reached, without a trailing slash. */
  readonly publicUrl: string;
  readonly now: () => number;
  readonly killPoint: KeyRotationStepDeps['killPoint'];
  readonly log: KeyRotationStepDeps['log'];
}

export function rotationDeps(
  { db, environments, now }: Pick<RotationParts, 'db' | 'environments' | 'now'>,
  onStuck: (count: number) => void,
): KeyRotationDeps {
  return {
    read: async () => (await readRotations(db)).filter(({ environment }) => environments.has(environment)),
    left: async () => (await readLeftOver(db)).filter(({ environment }) => environments.has(environment)),
    dead: async () => new Set(ownersOf(await failedPayloads(db, 'key-rotation-step'))),
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
  const { db, environments, keyService, snapshot, audit, publicUrl, now, killPoint, log } = parts;
  return {
    claim: (ownerId) => claimRotation(db, ownerId, now()),
    async read(ownerId) {
      const [rotation] = await readRotations(db, ownerId);
      return rotation !== undefined && environments.has(rotation.environment) ? rotation : undefined;
    },
    async leftCreation(ownerId) {
      const [left] = await readLeftOver(db, ownerId);
      return left !== undefined && environments.has(left.environment) ? left.creation : null;
    },
    release: (ownerId, claim) => releaseRotation(db, ownerId, claim),
    noteFailure: (rotation, failure) => noteFailure(db, rotation, failure),
    beginCreation: (ownerId, claim) => beginCreation(db, ownerId, claim),
    endCreation: (ownerId, claim) => endCreation(db, ownerId, claim),
    takeStep: (rotation, step, run) => takeStep(db, rotation, step, { ...run, now }),
    keyService,
    arnOf: (kid) => arnOfKey(db, kid),
    knownArns: () => knownKeyArns(db),
    readJwks: (jwksId) => readPublicJwks(`${publicUrl}/jwks/${jwksId}`),
    canary: (rotation, key) => askCanary(parts, rotation, key),
    recordTaken: (ownerId, claim) =>
      recordTaken({ db, write: (event) => audit.system(event) }, ownerId, claim),
    ...{ snapshot, audit, now, killPoint, log },
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

function ownersOf(payloads: readonly unknown[]): string[] {
  return payloads.flatMap((payload) => {
    const parsed = ownerPayload.safeParse(payload);
    return parsed.success ? [parsed.data.owner] : [];
  });
}
