import { API_VERSION } from '@gatehouse/contracts/registry/registry-file';
import { exportedApplication } from '@gatehouse/domain/registry/records/application-fields';
import { CIS2_CLIENT_FIELDS } from '@gatehouse/domain/registry/records/cis2-client-fields';
import { CLIENT_FIELDS } from '@gatehouse/domain/registry/records/client-fields';
import { exportedRecord } from '@gatehouse/domain/registry/records/record-fields';
import {
  MESSAGE_SET_FIELDS,
  ORGANISATION_FIELDS,
  PRODUCT_FIELDS,
  type RegistryList,
} from '@gatehouse/domain/registry/records/registry-records';
import { Inject, Injectable } from '@nestjs/common';
import type { Queries } from '../http/transactions.js';
import { DATABASE } from '../injected.js';
import { APPLICATION_ROWS, applicationRecord } from '../../adapters/registry/application-rows.js';
import { cis2ClientRecord } from '../../adapters/registry/cis2-client-rows.js';
import { CLIENT_ROWS, clientRecord } from '../../adapters/registry/client-rows.js';
import { messageSetRecord, organisationRecord, productRecord } from '../../adapters/registry/named-rows.js';

/**
 * The registry in the form of a registry file. API keys are masked and secrets are left out, so that anyone with a
 * token can read and compare it; before it can be applied, the keys must be filled in.
 */
@Injectable()
export class RegistryExport {
  constructor(@Inject(DATABASE) private readonly db: Queries) {}

  async read() {
    const { db } = this;
    const organisations = await db.organisation.findMany({ orderBy: { odsCode: 'asc' } });
    const products = await db.product.findMany({ orderBy: { name: 'asc' } });
    const messageSets = await db.messageSet.findMany({ orderBy: { name: 'asc' } });
    const applications = await db.application.findMany({
      include: APPLICATION_ROWS,
      orderBy: [{ environmentName: 'asc' }, { productName: 'asc' }, { createdAt: 'asc' }, { id: 'asc' }],
    });
    const cis2Clients = await db.cis2Client.findMany({
      orderBy: [{ environmentName: 'asc' }, { productName: 'asc' }],
    });
    const clients = await db.client.findMany({
      include: CLIENT_ROWS,
      orderBy: [{ environmentName: 'asc' }, { name: 'asc' }],
    });
    return {
      apiVersion: API_VERSION,
      organisations: organisations.map((row) => exportedRecord(ORGANISATION_FIELDS, organisationRecord(row))),
      products: products.map((row) => exportedRecord(PRODUCT_FIELDS, productRecord(row))),
      messageSets: messageSets.map((row) => exportedRecord(MESSAGE_SET_FIELDS, messageSetRecord(row))),
      applications: applications.map((row) => exportedApplication(applicationRecord(row))),
      cis2Clients: cis2Clients.map((row) => exportedRecord(CIS2_CLIENT_FIELDS, cis2ClientRecord(row))),
      clients: clients.map((row) => exportedRecord(CLIENT_FIELDS, clientRecord(row))),
    } satisfies Record<RegistryList | 'apiVersion', unknown>;
  }
}
