import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { keyOfRows, theApplication } from '../registry/applications.store.js';
import { perform } from '../changes/four-eyes.store.js';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import { type Acting, changeBy } from '../http/principal.js';
import { conflict } from '../http/problem.js';
import { Route } from '../http/route.js';
import { listKeys, moveKey, refuseUnfinishedKey, storeKey } from './keys.store.js';

@Controller()
export class KeysController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  @Route('keyList')
  list({ query }: InputOf<'keyList'>, { reach }: Acting) {
    return listKeys(this.deps.db, query, this.deps.publicUrl, reach);
  }

  /** The private half is made in KMS and stays there; a KMS key is made only for an application that can use it. */
  @Route('keyCreate')
  async create({ body }: InputOf<'keyCreate'>, acting: Acting) {
    const { db, environments, keyService, now, publicUrl } = this.deps;
    const { reason, ...choice } = body;
    const application = await theApplication(db, choice, acting.reach);
    const { environmentName, state } = application;
    const environment = environments.get(environmentName);
    if (environment === undefined) throw conflict(`This deployment does not serve ${environmentName}.`);
    if (environment.kind === 'open')
      throw conflict(`${environmentName} is an open environment: it needs no key.`);
    if (state === 'retired') throw conflict(`${keyOfRows(application)} is retired.`);
    await refuseUnfinishedKey(db, application.id);
    const created = await keyService.createSigningKey({
      applicationId: application.id,
      odsCode: application.bindings[0]?.odsCode ?? '',
      environment: environmentName,
    });
    return storeKey(db, changeBy(acting, reason), application, created, now(), publicUrl);
  }

  @Route('keyPublish')
  publish({ params, body }: InputOf<'keyPublish'>, acting: Acting) {
    const { db, now, publicUrl } = this.deps;
    const move = { kid: params.kid, to: 'PUBLISHED', reach: acting.reach } as const;
    return moveKey(db, changeBy(acting, body.reason), move, now(), publicUrl);
  }

  @Route('keyActivate')
  activate(input: InputOf<'keyActivate'>, acting: Acting) {
    return perform(this.deps, acting, 'keyActivate', input);
  }

  @Route('keyRetire')
  retire(input: InputOf<'keyRetire'>, acting: Acting) {
    return perform(this.deps, acting, 'keyRetire', input);
  }

  @Route('keyRemove')
  remove(input: InputOf<'keyRemove'>, acting: Acting) {
    return perform(this.deps, acting, 'keyRemove', input);
  }
}
