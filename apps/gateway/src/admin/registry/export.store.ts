import type { Database } from '@gatehouse/db/client';
import { maskApiKey } from '@gatehouse/domain/input/masking';
import { workloadOf } from '../clients/clients.store.js';

/**
 * The registry in the form of a registry file. API keys are masked and secrets left out, so it can be read and
 * compared by anyone with a token; it can't be applied before the keys are filled in.
 */
export async function exportRegistry(db: Database) {
  const organisations = await db.organisation.findMany({ orderBy: { odsCode: 'asc' } });
  const products = await db.product.findMany({ orderBy: { name: 'asc' } });
  const messageSets = await db.messageSet.findMany({ orderBy: { name: 'asc' } });
  const applications = await db.application.findMany({
    include: {
      bindings: { orderBy: { odsCode: 'asc' } },
      messageSets: { orderBy: { messageSetName: 'asc' } },
    },
    orderBy: [{ environmentName: 'asc' }, { productName: 'asc' }, { createdAt: 'asc' }, { id: 'asc' }],
  });
  const clients = await db.client.findMany({
    include: { grants: { orderBy: { odsCode: 'asc' } } },
    orderBy: [{ environmentName: 'asc' }, { name: 'asc' }],
  });
  return {
    apiVersion: 'gatehouse/v1',
    organisations: organisations.map(({ odsCode, name, state }) => ({ odsCode, name, state })),
    products: products.map(({ name, state }) => ({ name, state })),
    messageSets: messageSets.map(({ name, interactions }) => ({ name, interactions })),
    applications: applications.map((row) =>
      said({
        ...organisationsOf(row.bindings.map(({ odsCode }) => odsCode)),
        product: row.productName,
        environment: row.environmentName,
        accessMode: row.accessMode,
        capability: row.capability,
        asid: row.asid,
        asidSharedWith: row.asidSharedWith.length === 0 ? null : row.asidSharedWith,
        apiKey: row.apiKey === null ? null : maskApiKey(row.apiKey),
        apimApplicationId: row.apimApplicationId,
        cis2: row.cis2,
        messageSets: row.messageSets.map(({ messageSetName }) => messageSetName),
        state: row.state,
      }),
    ),
    clients: clients.map((row) =>
      said({
        name: row.name,
        environment: row.environmentName,
        grants: row.grants.map(({ odsCode, productName, accessMode, capability }) =>
          said({ organisation: odsCode, product: productName, accessMode, capability }),
        ),
        returnTargets: row.returnTargets.length === 0 ? null : row.returnTargets,
        workload: workloadOf(row),
        state: row.state,
      }),
    ),
  };
}

function organisationsOf(odsCodes: readonly string[]) {
  return odsCodes.length === 1 ? { organisation: odsCodes[0] } : { organisations: odsCodes };
}

/** A file leaves out what is not there. */
function said(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}
