/**
 * Takes the next step of one rotation: a short job that may run twice and be killed anywhere. The claim comes first; what
 * reaches out of the process comes next and does no harm if it is repeated; the transaction that decides comes last.
 */
import type { SystemEvent } from '@gatehouse/domain/audit/audit';
import { jwksBody, publishedKeys } from '@gatehouse/domain/apim/jwks';
import { GatewayError } from '@gatehouse/domain/errors';
import { causeText } from '@gatehouse/domain/jobs/job-kinds';
import type { SigningKey, Snapshot } from '@gatehouse/domain/registry/registry';
import { dueStep, type NextStep } from '@gatehouse/domain/rotation/rotation';
import { stepEvent, type StepOutcome } from '../../adapters/keys/rotation-records.js';
import type { OwnerRotation } from '../../adapters/keys/rotations.js';
import type { StepResult } from '../../adapters/keys/rotation-writes.js';
import type { CreatedSigningKey, KeyService } from '../../adapters/kms/key-service.js';
import type { CanaryRefusal } from '../../adapters/nhs/canary.js';

export interface KeyRotationStepDeps {
  readonly claim: (ownerId: string) => Promise<string | null>;
  readonly read: (ownerId: string) => Promise<OwnerRotation | undefined>;
  /** The tag of a KMS key that a run which died may have left. */
  readonly leftCreation: (ownerId: string) => Promise<string | null>;
  readonly release: (ownerId: string, claim: string) => Promise<void>;
  readonly noteFailure: (
    rotation: OwnerRotation,
    failure: { claim: string; step: NextStep['step']; cause: string; nowMs: number },
  ) => Promise<void>;
  readonly beginCreation: (ownerId: string, claim: string) => Promise<string>;
  /** No KMS key with the tag of a creation is left that nobody knows. */
  readonly endCreation: (ownerId: string, claim: string) => Promise<void>;
  readonly takeStep: (
    rotation: OwnerRotation,
    step: NextStep,
    run: { readonly claim: string; readonly created: CreatedSigningKey | null },
  ) => Promise<StepResult>;
  readonly keyService: KeyService;
  readonly arnOf: (kid: string) => Promise<string>;
  readonly knownArns: () => Promise<ReadonlySet<string>>;
  readonly readJwks: (jwksId: string) => Promise<string>;
  /** One token requested with this key, and thrown away. */
  readonly canary: (rotation: OwnerRotation, key: SigningKey) => Promise<CanaryRefusal>;
  readonly snapshot: () => Snapshot;
  readonly audit: { system(event: SystemEvent): Promise<void> };
  /** Records in the trail, once, the step that this run or an earlier one has taken. */
  readonly recordTaken: (ownerId: string, claim: string) => Promise<void>;
  readonly now: () => number;
  readonly killPoint: (name: 'in-rotation') => void;
  readonly log: Record<'info' | 'warn', (fields: object, message: string) => void>;
}

export async function run(deps: KeyRotationStepDeps, ownerId: string): Promise<void> {
  const claim = await deps.claim(ownerId);
  // Another run takes the step.
  if (claim === null) return;
  await deps.recordTaken(ownerId, claim);
  const rotation = await deps.read(ownerId);
  if (rotation === undefined) {
    await disableLeftKeys(deps, { ownerId, creation: await deps.leftCreation(ownerId) }, claim);
    await deps.release(ownerId, claim);
    return;
  }
  const due = dueStep(rotation, deps.now());
  let isTaken = false;
  try {
    if (due?.step !== 'create') await disableLeftKeys(deps, rotation, claim);
    if (due !== null) isTaken = await attempt(deps, rotation, due, claim);
  } catch (error) {
    await noteFailure(deps, rotation, due, { claim, error });
    return;
  }
  // While the trail is away the claim stays, and the run after it expires records the step.
  if (isTaken) await deps.recordTaken(ownerId, claim);
  await deps.release(ownerId, claim);
}

/** @returns whether this run took the step */
async function attempt(
  deps: KeyRotationStepDeps,
  rotation: OwnerRotation,
  due: NextStep,
  claim: string,
): Promise<boolean> {
  const created = await reachOut(deps, rotation, due, claim);
  deps.killPoint('in-rotation');
  const result = await deps.takeStep(rotation, due, { claim, created });
  if (created !== null && result === 'not-due') {
    await disableUnlessRecorded(deps, created.arn);
    await deps.endCreation(rotation.ownerId, claim);
  }
  // The run that has the claim now finds the key by its tag; if it has already recorded another, this one is left over.
  if (created !== null && result === 'claim-lost') {
    const current = await deps.read(rotation.ownerId);
    if ((current?.creation ?? null) === null) await disableUnlessRecorded(deps, created.arn);
  }
  return result === 'taken';
}

async function noteFailure(
  deps: KeyRotationStepDeps,
  rotation: OwnerRotation,
  due: NextStep | null,
  { claim, error }: { readonly claim: string; readonly error: unknown },
): Promise<void> {
  const next = due ?? { step: 'create' as const, kid: null, atMs: 0 };
  const { step, kid } = next;
  const cause = causeIn(error);
  await deps.noteFailure(rotation, { claim, step, cause, nowMs: deps.now() });
  deps.log.warn({ err: error, step, kid }, 'a step of a key rotation failed');
  const facts = error instanceof CanaryRefused ? error.facts : {};
  await record(deps, rotation, next, { result: 'failed', cause, ...facts });
}

/**
 * A person has created the next key first, or the keys of this owner rotate no more: what a run that died had created is not
 * needed.
 */
async function disableLeftKeys(
  { keyService, knownArns, endCreation }: KeyRotationStepDeps,
  { ownerId, creation }: Pick<OwnerRotation, 'ownerId' | 'creation'>,
  claim: string,
): Promise<void> {
  if (creation === null) return;
  for (const { arn } of await keyService.signingKeysOf(creation, await knownArns()))
    await keyService.disableKey(arn);
  await endCreation(ownerId, claim);
}

class CanaryRefused extends Error {
  override readonly name = 'Error';
  readonly facts: { readonly diagnosis: string; readonly messageId: string | null };
  constructor({ diagnosis, text, messageId }: NonNullable<CanaryRefusal>) {
    super(text);
    this.facts = { diagnosis, messageId };
  }
}

/** What a step does outside the database. @returns the key that KMS has made, if it is that step */
async function reachOut(
  deps: KeyRotationStepDeps,
  rotation: OwnerRotation,
  next: NextStep,
  claim: string,
): Promise<CreatedSigningKey | null> {
  const { step, kid } = next;
  switch (step) {
    case 'create':
      return createInKms(deps, rotation, claim);
    case 'confirm':
      await confirm(deps, rotation, kid ?? '');
      return null;
    case 'prove':
      await prove(deps, rotation, next);
      return null;
    case 'disable':
      await deps.keyService.disableKey(await deps.arnOf(kid ?? ''));
      return null;
    case 'publish':
    case 'activate':
    case 'remove':
      return null;
  }
}

/** A run that was held up may find that another has recorded the key meanwhile. */
async function disableUnlessRecorded(
  { keyService, knownArns }: KeyRotationStepDeps,
  arn: string,
): Promise<void> {
  if (!(await knownArns()).has(arn)) await keyService.disableKey(arn);
}

/** A run that died may have left a key in KMS: it is found by its tag and used. */
async function createInKms(
  deps: KeyRotationStepDeps,
  { kind, ownerId, odsCodes, environment, creation }: OwnerRotation,
  claim: string,
): Promise<CreatedSigningKey> {
  const { keyService, knownArns, beginCreation } = deps;
  const [left, ...further] =
    creation === null ? [] : await keyService.signingKeysOf(creation, await knownArns());
  for (const { arn } of further) await disableUnlessRecorded(deps, arn);
  if (left !== undefined) return left;
  const tag = creation ?? (await beginCreation(ownerId, claim));
  return keyService.createSigningKey(
    kind === 'application'
      ? { applicationId: ownerId, odsCode: odsCodes[0] ?? '', environment }
      : { cis2ClientId: ownerId, environment },
    tag,
  );
}

/** Byte for byte: what NHS England reads must be what this registry holds. */
async function confirm(
  { snapshot, readJwks }: KeyRotationStepDeps,
  { jwksId }: OwnerRotation,
  kid: string,
): Promise<void> {
  const body = await readJwks(jwksId);
  const keys = publishedKeys(snapshot(), jwksId) ?? [];
  if (!keys.some((key) => key.kid === kid)) throw new Error('this process has not loaded the key yet');
  if (body !== jwksBody(keys))
    throw new Error('the public JWKS URL does not answer with the keys of the registry');
}

async function prove(deps: KeyRotationStepDeps, rotation: OwnerRotation, next: NextStep): Promise<void> {
  const { applicationsByJwksId, cis2ClientsByJwksId } = deps.snapshot();
  const owner = cis2ClientsByJwksId.get(rotation.jwksId) ?? applicationsByJwksId.get(rotation.jwksId);
  const key = owner?.signingKeys.find((each) => each.kid === next.kid);
  if (key === undefined) throw new Error('this process has not loaded the key yet');
  // Nothing goes to NHS England of which the trail has no record (law 1).
  await record(deps, rotation, next, { result: 'begun' });
  const refusal = await deps.canary(rotation, key);
  if (refusal !== null) throw new CanaryRefused(refusal);
}

function causeIn(error: unknown): string {
  if (error instanceof GatewayError)
    return causeText('Error', `${error.code} ${error.options.detail ?? ''}`.trim());
  return error instanceof Error ? causeText(error.name, error.message) : causeText('Error', String(error));
}

async function record(
  { audit, now }: KeyRotationStepDeps,
  rotation: OwnerRotation,
  step: NextStep,
  outcome: StepOutcome,
): Promise<void> {
  await audit.system(stepEvent(rotation, step, now(), outcome));
}
