import type { RotationView } from '@gatehouse/contracts/operation/rotation-routes';
import type { InputOf } from '@gatehouse/contracts/routes';
import { type Reach, reaches } from '@gatehouse/domain/governance/permissions';
import { nextStep, type RotationStep } from '@gatehouse/domain/rotation/rotation';
import { rotationFailure } from '@gatehouse/domain/rotation/rotation-failure';
import { whyItWaits } from '@gatehouse/domain/rotation/rotation-wait';
import { Inject, Injectable } from '@nestjs/common';
import { type OwnerRotation, readRotations } from '../../adapters/keys/rotations.js';
import { pageOf } from '../http/paging.js';
import type { Queries } from '../http/transactions.js';
import { CLOCK, type Clock, DATABASE } from '../injected.js';
import { applicationOwner, cis2ClientOwner, WITH_OWNER } from '../keys/key-owner.js';

interface Seen {
  readonly names: ReadonlyMap<string, { readonly name: string; readonly product: string }>;
  readonly fetchedAt: ReadonlyMap<string, Date>;
}

/** How far each rotation is. */
@Injectable()
export class RotationsStore {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(CLOCK) private readonly now: Clock,
  ) {}

  async list(query: InputOf<'rotationList'>['query'], reach: Reach) {
    const { limit, after, organisation, environment, product, only } = query;
    const rotations = (await readRotations(this.db)).filter(
      (rotation) =>
        reaches(reach, rotation.odsCodes) &&
        (after === undefined || rotation.ownerId > after) &&
        (organisation === undefined || rotation.odsCodes.includes(organisation)) &&
        (environment === undefined || rotation.environment === environment) &&
        (product === undefined || rotation.product === product) &&
        (only === undefined || rotation.failures > 0),
    );
    const { items, next } = pageOf(
      rotations.slice(0, limit + 1),
      limit,
      ({ ownerId }) => ownerId,
      (rotation) => rotation,
    );
    const seen = await this.seen(items);
    return { items: items.map((rotation) => this.view(rotation, seen)), next };
  }

  private async seen(rotations: readonly OwnerRotation[]): Promise<Seen> {
    const id = { in: rotations.map(({ ownerId }) => ownerId) };
    const applications = await this.db.application.findMany({ where: { id }, ...WITH_OWNER.application });
    const clients = await this.db.cis2Client.findMany({ where: { id }, ...WITH_OWNER.cis2Client });
    const owners = [...applications.map(applicationOwner), ...clients.map(cis2ClientOwner)];
    const products = new Map([...applications, ...clients].map((row) => [row.id, row.productName]));
    const fetches = await this.db.jwksFetch.findMany({
      where: { jwksId: { in: rotations.map(({ jwksId }) => jwksId) } },
    });
    return {
      names: new Map(
        owners.map((owner) => [owner.id, { name: owner.name, product: products.get(owner.id) ?? '' }]),
      ),
      fetchedAt: new Map(fetches.map(({ jwksId, fetchedAt }) => [jwksId, fetchedAt])),
    };
  }

  private view(rotation: OwnerRotation, { names, fetchedAt }: Seen): RotationView {
    const nowMs = this.now();
    const next = nextStep(rotation, nowMs);
    const { ownerId: id, kind, environment, keys, policyId, everyDays } = rotation;
    return {
      owner: { kind, id, name: names.get(id)?.name ?? id },
      ...{ environment, policyId, everyDays },
      keys: keys.map(({ kid, state }) => ({ kid, state })),
      next: next === null ? null : { step: next.step, kid: next.kid, from: iso(Math.max(next.atMs, 0)) },
      waitsBecause: whyItWaits(rotation, next, nowMs),
      failure: failureOf(rotation),
      jwksFetchedAt: fetchedAt.get(rotation.jwksId)?.toISOString() ?? null,
    };
  }
}

function failureOf({ step, cause, failures, failingSinceMs, notBeforeMs, keys }: OwnerRotation) {
  if (cause === null) return null;
  return {
    ...{ step: step ?? '', cause, failures },
    since: iso(failingSinceMs ?? 0),
    triedAgainAt: iso(notBeforeMs),
    ...rotationFailure((step ?? 'create') as RotationStep, cause, keys),
  };
}

const iso = (epochMs: number): string => new Date(epochMs).toISOString();
