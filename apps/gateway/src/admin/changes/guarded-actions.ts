/** The calls that may need a second person, and what carries each out: at once, or once it is approved. */
import type { InputOf } from '@gatehouse/contracts/routes';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { setFloor } from '../assurance/assurance.store.js';
import type { AdminDeps } from '../deps.js';
import { grantChecked } from '../exceptions/grant.js';
import { moveKey } from '../keys/keys.store.js';
import { changeApplication, changeOrganisation } from '../records/change-record.js';
import { applyRegistry } from '../registry/apply.store.js';
import { liftStop } from '../stops/lift.store.js';
import { appointChecked } from '../sro/appoint.js';
import type { Change } from '../http/transaction.store.js';

type Move = Pick<InputOf<'keyActivate'>, 'params' | 'body'>;
const nothing = () => Promise.resolve();

export const GUARDED_ACTIONS = {
  keyActivate: move('ACTIVE'),
  keyRetire: move('RETIRING'),
  keyRemove: move('REMOVED'),
  sroAppoint: (
    deps: AdminDeps,
    change: Change,
    { body }: Pick<InputOf<'sroAppoint'>, 'body'>,
    reach: Reach,
  ) => appointChecked(deps, change, body, reach),
  exceptionGrant: (
    deps: AdminDeps,
    change: Change,
    { body }: Pick<InputOf<'exceptionGrant'>, 'body'>,
    reach: Reach,
  ) => grantChecked(deps, change, body, reach),
  assuranceSet: (deps: AdminDeps, change: Change, { body }: Pick<InputOf<'assuranceSet'>, 'body'>) =>
    setFloor(deps.db, change, body.organisation ?? null, body.minimumLevel),
  registryApply: (deps: AdminDeps, change: Change, { body }: Pick<InputOf<'registryApply'>, 'body'>) =>
    applyRegistry(deps, change, body.document, nothing, nothing),
  stopLift: (
    deps: AdminDeps,
    change: Change,
    { params, body }: Pick<InputOf<'stopLift'>, 'params' | 'body'>,
    reach: Reach,
  ) => liftStop(deps, change, params.id, body.reason, reach),
  organisationChange: changeOrganisation,
  applicationChange: changeApplication,
} as const;

export type GuardedAction = keyof typeof GUARDED_ACTIONS;

export const isGuardedAction = (name: string): name is GuardedAction => Object.hasOwn(GUARDED_ACTIONS, name);

function move(to: 'ACTIVE' | 'RETIRING' | 'REMOVED') {
  return ({ db, now, publicUrl }: AdminDeps, change: Change, { params }: Move, reach: Reach) =>
    moveKey(db, change, { kid: params.kid, to, reach }, now(), publicUrl);
}
