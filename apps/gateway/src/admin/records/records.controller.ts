import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { perform } from '../changes/four-eyes.store.js';
import { ADMIN_DEPS, type AdminDeps } from '../deps.js';
import type { Acting } from '../http/principal.js';
import { refuseStale } from '../http/entity-tag.js';
import { Route } from '../http/route.js';
import { changing } from '../http/transaction.store.js';
import { changeApplication, changeOrganisation } from './change-record.js';
import { showApplication, showClient, showOrganisation } from './records.store.js';

/** One record of the registry, read with its entity tag and changed only as it was read. */
@Controller()
export class RecordsController {
  private readonly deps: AdminDeps;
  constructor(@Inject(ADMIN_DEPS) deps: AdminDeps) {
    this.deps = deps;
  }

  @Route('organisationShow')
  organisation({ params }: InputOf<'organisationShow'>, { reach }: Acting) {
    return showOrganisation(this.deps.db, params.odsCode, reach);
  }

  @Route('applicationShow')
  application({ params }: InputOf<'applicationShow'>, { reach }: Acting) {
    return showApplication(this.deps.db, params.id, this.deps.publicUrl, reach);
  }

  @Route('clientShow')
  client({ params }: InputOf<'clientShow'>, { reach }: Acting) {
    return showClient(this.deps.db, params, this.deps.now(), reach);
  }

  /** What is compared and what is written stand in one transaction: of two editors at once one is refused. */
  @Route('organisationChange')
  changeOrganisation(input: InputOf<'organisationChange'>, acting: Acting) {
    const { odsCode } = input.params;
    return perform(this.deps, acting, 'organisationChange', input, (deps, change, given, reach) =>
      changing(deps.db, change, async (transaction) => {
        const current = await showOrganisation(transaction, odsCode, reach);
        refuseStale(current, input.ifMatch, `organisation ${odsCode}`);
        return changeOrganisation(deps, { ...change, transaction }, given, reach);
      }),
    );
  }

  @Route('applicationChange')
  changeApplication(input: InputOf<'applicationChange'>, acting: Acting) {
    const { id } = input.params;
    return perform(this.deps, acting, 'applicationChange', input, (deps, change, given, reach) =>
      changing(deps.db, change, async (transaction) => {
        const current = await showApplication(transaction, id, deps.publicUrl, reach);
        refuseStale(current, input.ifMatch, 'this application');
        return changeApplication(deps, { ...change, transaction }, given, reach);
      }),
    );
  }
}
