import type { InputOf } from '@gatehouse/contracts/routes';
import type { Prisma } from '@gatehouse/db/client';
import { Inject, Injectable } from '@nestjs/common';
import { applicationName } from '@gatehouse/domain/registry/application-name';
import type { Reach } from '@gatehouse/domain/governance/permissions';
import { APPLICATION_FIELDS } from '@gatehouse/domain/registry/records/application-fields';
import { CIS2_CLIENT_FIELDS } from '@gatehouse/domain/registry/records/cis2-client-fields';
import { shownRecord } from '@gatehouse/domain/registry/records/record-fields';
import {
  applicationIdentity,
  applicationRecord,
  type IdentityRows,
} from '../../adapters/registry/application-rows.js';
import { cis2ClientRecord } from '../../adapters/registry/cis2-client-rows.js';
import { type ApplicationRows, jwksUrlOf, WHOLE_APPLICATION } from './applications.store.js';
import { applicationsOfHealth, organisationsOfHealth } from '../health/health-conditions.js';
import { countedTotal, pageOf, totalOf } from '../http/paging.js';
import type { Queries } from '../http/transactions.js';
import { DATABASE, PUBLIC_URL } from '../injected.js';
import { organisationView, WITH_COUNTS } from './organisations.view.js';
import { type At, countedRows, ID, inOrder, NAME, sortedKeys, type SortedList } from './sorted-keys.store.js';

type OrganisationFilter = InputOf<'organisationsTotal'>['query'];
type ApplicationFilter = InputOf<'applicationsTotal'>['query'];
type Cis2ClientFilter = InputOf<'cis2ClientsTotal'>['query'];
type Conditions = (at: At) => string[];

type OrganisationQuery = InputOf<'organisationsList'>['query'];
type ApplicationQuery = InputOf<'applicationsList'>['query'];

const text = (name: string) => ({ name, type: 'text' }) as const;
export const ODS_CODE = text('ods_code');

const ORGANISATIONS_BY: Readonly<Record<OrganisationQuery['sort'], SortedList['by']>> = {
  odsCode: ODS_CODE,
  name: NAME,
  state: text('state'),
};
const applicationsBy = (by: SortedList['by']) => ({ table: 'application', by });
const APPLICATIONS_BY: Readonly<
  Record<ApplicationQuery['sort'], Pick<SortedList, 'table' | 'isJoined' | 'by'>>
> = {
  id: applicationsBy(ID),
  name: {
    table: `(SELECT application.*, organisation.name AS organisation_name
      FROM organisation JOIN binding USING (ods_code) JOIN application ON application.id = binding.application_id
      WHERE NOT EXISTS (SELECT FROM binding AS earlier
        WHERE earlier.application_id = binding.application_id AND earlier.ods_code < binding.ods_code)) AS application`,
    isJoined: true,
    by: text('organisation_name'),
  },
  environment: applicationsBy(text('environment')),
  product: applicationsBy(text('product')),
  state: applicationsBy(text('state')),
  createdAt: applicationsBy({ name: 'created_at', type: 'timestamptz' }),
};

/** Organisations and applications, sorted and in pages. */
@Injectable()
export class RegistryLists {
  constructor(
    @Inject(DATABASE) private readonly db: Queries,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  async organisations(query: OrganisationQuery, reach: Reach) {
    const { sort, order } = query;
    const list = { table: 'organisation', key: ODS_CODE, by: ORGANISATIONS_BY[sort] };
    const sorted = { ...list, descending: order === 'desc' };
    const { keys, next } = await sortedKeys(this.db, sorted, query, organisationConditions(query, reach));
    const rows = await this.db.organisation.findMany({
      where: { odsCode: { in: [...keys] } },
      include: WITH_COUNTS,
    });
    return { items: inOrder(keys, rows, ({ odsCode }) => odsCode).map(organisationView), next };
  }

  async applications(query: ApplicationQuery, reach: Reach) {
    const { sort, order } = query;
    const sorted = { ...APPLICATIONS_BY[sort], key: ID, descending: order === 'desc' };
    const { keys, next } = await sortedKeys(this.db, sorted, query, applicationConditions(query, reach));
    const rows = await this.db.application.findMany({
      where: { id: { in: [...keys] } },
      include: WHOLE_APPLICATION,
    });
    const items = inOrder(keys, rows, ({ id }) => id).map((row) => applicationView(row, this.publicUrl));
    return { items, next };
  }

  async organisationsTotal(filter: InputOf<'organisationsTotal'>['query'], reach: Reach) {
    return totalOf(await countedRows(this.db, 'organisation', organisationConditions(filter, reach)));
  }

  async applicationsTotal(filter: InputOf<'applicationsTotal'>['query'], reach: Reach) {
    return totalOf(await countedRows(this.db, 'application', applicationConditions(filter, reach)));
  }

  /** They belong to no organisation. */
  async cis2Clients({ limit, after, ...filter }: InputOf<'cis2ClientsList'>['query']) {
    const rows = await this.db.cis2Client.findMany({
      where: { ...(after === undefined ? {} : { id: { gt: after } }), ...cis2ClientsWhere(filter) },
      orderBy: { id: 'asc' },
      take: limit + 1,
    });
    return pageOf(rows, limit, ({ id }) => id, cis2ClientView);
  }

  cis2ClientsTotal(filter: Cis2ClientFilter) {
    const where = cis2ClientsWhere(filter);
    return countedTotal((take) => this.db.cis2Client.count({ where, take }));
  }
}

export const organisationConditions =
  ({ state, health }: OrganisationFilter, reach: Reach): Conditions =>
  (at) => [
    ...(state === undefined ? [] : [`state = ${at(state)}`]),
    ...(health === undefined ? [] : organisationsOfHealth(health, reach, at)),
    ...(reach === 'all' ? [] : [`ods_code = ANY(${at([...reach])}::text[])`]),
  ];

export const applicationConditions =
  ({ organisation, health, ...rest }: ApplicationFilter, reach: Reach): Conditions =>
  (at) => [
    ...(['environment', 'product', 'state', 'asid'] as const).flatMap((name) =>
      rest[name] === undefined ? [] : [`${name} = ${at(rest[name])}`],
    ),
    ...(organisation === undefined ? [] : [`id IN (${boundTo(`ods_code = ${at(organisation)}`)})`]),
    ...(health === undefined ? [] : [applicationsOfHealth(health, at)]),
    ...(reach === 'all' ? [] : ownedBy(at([...reach]))),
  ];

const boundTo = (condition: string): string => `SELECT application_id FROM binding WHERE ${condition}`;

/** Of these organisations and no other. */
const ownedBy = (odsCodes: string): string[] => [
  `id IN (${boundTo(`ods_code = ANY(${odsCodes}::text[])`)})`,
  `NOT EXISTS (${boundTo(`application_id = application.id AND ods_code <> ALL(${odsCodes}::text[])`)})`,
];

const cis2ClientsWhere = ({ environment, product }: Cis2ClientFilter) => ({
  ...(environment === undefined ? {} : { environmentName: environment }),
  ...(product === undefined ? {} : { productName: product }),
});

export function cis2ClientView(row: Prisma.Cis2ClientGetPayload<object>) {
  return { id: row.id, ...shownRecord(CIS2_CLIENT_FIELDS, cis2ClientRecord(row)) };
}

export function applicationView(row: ApplicationRows, publicUrl: string) {
  return {
    id: row.id,
    name: nameOf(row),
    ...shownRecord(APPLICATION_FIELDS, applicationRecord(row)),
    jwksUrl: jwksUrlOf(publicUrl, row),
    activeKid: row.signingKeys.find(({ state }) => state === 'ACTIVE')?.kid ?? null,
  };
}

/** The name the application should carry in NHS England's portal. */
export function nameOf(row: Omit<IdentityRows, 'bindings'> & Pick<ApplicationRows, 'bindings'>): string {
  const organisationName = row.bindings.map(({ organisation }) => organisation.name).join(', ');
  return applicationName({ organisationName, ...applicationIdentity(row) });
}
