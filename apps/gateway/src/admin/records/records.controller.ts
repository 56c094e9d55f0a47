import type { ServerResponse } from 'node:http';
import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Headers, Inject, Res } from '@nestjs/common';
import { Actor } from '../http/guard.js';
import { perform } from '../changes/four-eyes.store.js';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import type { Acting } from '../http/principal.js';
import { Input, Route } from '../http/route.js';
import { changing } from '../http/transaction.store.js';
import { changeApplication, changeOrganisation } from './change-record.js';
import {
  refuseStale,
  showApplication,
  showClient,
  showOrganisation,
  type Tagged,
  tagsOf,
} from './records.store.js';

/** One record of the registry, read with its entity tag and changed only as it was read. */
@Controller()
export class RecordsController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  @Route('organisationShow')
  async organisation(
    @Input('organisationShow') { params }: InputOf<'organisationShow'>,
    @Actor() { reach }: Acting,
    @Res({ passthrough: true }) response: ServerResponse,
  ) {
    return answer(response, await showOrganisation(this.deps.db, params.odsCode, reach));
  }

  @Route('applicationShow')
  async application(
    @Input('applicationShow') { params }: InputOf<'applicationShow'>,
    @Actor() { reach }: Acting,
    @Res({ passthrough: true }) response: ServerResponse,
  ) {
    const { db, publicUrl } = this.deps;
    return answer(response, await showApplication(db, params.id, publicUrl, reach));
  }

  @Route('clientShow')
  async client(
    @Input('clientShow') { params }: InputOf<'clientShow'>,
    @Actor() { reach }: Acting,
    @Res({ passthrough: true }) response: ServerResponse,
  ) {
    return answer(response, await showClient(this.deps.db, params, this.deps.now(), reach));
  }

  /** What is compared and what is written stand in one transaction: of two editors at once one is refused. */
  @Route('organisationChange')
  async changeOrganisation(
    @Input('organisationChange') input: InputOf<'organisationChange'>,
    @Headers('if-match') ifMatch: string | undefined,
    @Actor() acting: Acting,
    @Res({ passthrough: true }) response: ServerResponse,
  ) {
    const tags = tagsOf(ifMatch);
    const { odsCode } = input.params;
    const changed = await perform(
      this.deps,
      acting,
      'organisationChange',
      input,
      (deps, change, given, reach) =>
        changing(deps.db, change, async (transaction) => {
          refuseStale(await showOrganisation(transaction, odsCode, reach), tags, `organisation ${odsCode}`);
          return changeOrganisation(deps, { ...change, transaction }, given, reach);
        }),
    );
    return answer(response, changed);
  }

  @Route('applicationChange')
  async changeApplication(
    @Input('applicationChange') input: InputOf<'applicationChange'>,
    @Headers('if-match') ifMatch: string | undefined,
    @Actor() acting: Acting,
    @Res({ passthrough: true }) response: ServerResponse,
  ) {
    const tags = tagsOf(ifMatch);
    const { id } = input.params;
    const changed = await perform(
      this.deps,
      acting,
      'applicationChange',
      input,
      (deps, change, given, reach) =>
        changing(deps.db, change, async (transaction) => {
          const asItIs = await showApplication(transaction, id, deps.publicUrl, reach);
          refuseStale(asItIs, tags, 'this application');
          return changeApplication(deps, { ...change, transaction }, given, reach);
        }),
    );
    return answer(response, changed);
  }
}

function answer<T>(response: ServerResponse, { record, etag }: Tagged<T>): T {
  response.setHeader('ETag', etag);
  return record;
}
