import type { InputOf } from '@gatehouse/contracts/routes';
import { Controller, Inject } from '@nestjs/common';
import { FourEyes } from '../changes/four-eyes.js';
import type { Acting } from '../http/access/principal.js';
import { Route } from '../http/route/route.js';
import { ApplicationsAtOnce } from './applications-at-once.store.js';
import { Cis2ClientRecords } from './cis2-client-record.store.js';
import { OrganisationsAtOnce } from './organisations-at-once.store.js';
import { RecordsStore } from './records.store.js';

/** One record of the registry, read with its entity tag and changed only as it was read; and what a filter finds, at once. */
@Controller()
export class RecordsController {
  constructor(
    @Inject(RecordsStore) private readonly records: RecordsStore,
    @Inject(Cis2ClientRecords) private readonly cis2Clients: Cis2ClientRecords,
    @Inject(ApplicationsAtOnce) private readonly applicationsAtOnce: ApplicationsAtOnce,
    @Inject(OrganisationsAtOnce) private readonly organisationsAtOnce: OrganisationsAtOnce,
    @Inject(FourEyes) private readonly fourEyes: FourEyes,
  ) {}

  @Route('organisationShow')
  organisation({ params }: InputOf<'organisationShow'>, { reach }: Acting) {
    return this.records.organisation(params.odsCode, reach);
  }

  @Route('applicationShow')
  application({ params }: InputOf<'applicationShow'>, { reach }: Acting) {
    return this.records.application(params.id, reach);
  }

  @Route('applicationRate')
  applicationRate({ params }: InputOf<'applicationRate'>, { reach }: Acting) {
    return this.records.rate(params.id, reach);
  }

  @Route('clientShow')
  client({ params }: InputOf<'clientShow'>, { reach }: Acting) {
    return this.records.client(params, reach);
  }

  @Route('cis2ClientShow')
  cis2Client({ params }: InputOf<'cis2ClientShow'>) {
    return this.cis2Clients.read(params.id);
  }

  @Route('organisationChange')
  changeOrganisation(input: InputOf<'organisationChange'>, acting: Acting) {
    return this.fourEyes.submit(acting, 'organisationChange', input);
  }

  @Route('applicationChange')
  changeApplication(input: InputOf<'applicationChange'>, acting: Acting) {
    return this.fourEyes.submit(acting, 'applicationChange', input);
  }

  @Route('applicationsAtOncePreview')
  previewApplications({ query }: InputOf<'applicationsAtOncePreview'>) {
    return this.applicationsAtOnce.preview(query);
  }

  @Route('applicationsAtOnceChange')
  changeApplications(input: InputOf<'applicationsAtOnceChange'>, acting: Acting) {
    return this.fourEyes.submit(acting, 'applicationsAtOnceChange', input);
  }

  @Route('organisationsAtOncePreview')
  previewOrganisations({ query }: InputOf<'organisationsAtOncePreview'>) {
    return this.organisationsAtOnce.preview(query);
  }

  @Route('organisationsAtOnceChange')
  changeOrganisations(input: InputOf<'organisationsAtOnceChange'>, acting: Acting) {
    return this.fourEyes.submit(acting, 'organisationsAtOnceChange', input);
  }
}
