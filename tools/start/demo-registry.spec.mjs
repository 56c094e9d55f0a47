import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { withoutRetired } from './demo-registry.mjs';

const read = () => parse(readFileSync(new URL('../../infra/demo/registry.yaml', import.meta.url), 'utf8'));
const names = ({ organisations, products, applications, cis2Clients, clients }) => ({
  organisations: organisations.map(({ odsCode }) => odsCode),
  products: products.map(({ name }) => name),
  asids: applications.map(({ asid }) => asid),
  sharing: applications.flatMap(({ organisations = [] }) => organisations),
  cis2Clients: cis2Clients.map(({ clientId }) => clientId),
  clients: clients.map(({ name, grants }) => `${name} ${grants.length}`),
});
const everything = names(read());

/** The demo registry as it is after somebody retired the records that `chosen` returns. */
function after(chosen) {
  const exported = read();
  for (const record of chosen(exported)) record.state = 'retired';
  return names(withoutRetired(read(), exported));
}

describe('the demo registry after somebody retired', () => {
  it.each([
    ['nothing', () => [], {}],
    ['an application', ({ applications }) => [applications[0]], { asids: everything.asids.slice(1) }],
    [
      'an organisation',
      ({ organisations }) => [organisations[2]],
      {
        organisations: ['R69', 'RCD', 'A20047'],
        asids: everything.asids.filter((asid) => asid !== '200000000026'),
        sharing: ['R69', 'RCD'],
        clients: ['worklist-sync 1', 'referral-tracker 2', 'demo-web 3'],
      },
    ],
    [
      'all that share an application',
      ({ organisations }) => organisations.slice(0, 3),
      {
        organisations: ['A20047'],
        asids: ['200000000201'],
        sharing: [],
        clients: ['demo-web 1'],
      },
    ],
    ['a client', ({ clients }) => [clients[0]], { clients: ['referral-tracker 3', 'demo-web 4'] }],
    ['a CIS2 client', ({ cis2Clients }) => cis2Clients, { cis2Clients: [] }],
    [
      'the product',
      ({ products }) => products,
      { products: [], asids: [], sharing: [], cis2Clients: [], clients: [] },
    ],
    [
      'a message set',
      ({ messageSets }) => [messageSets[1]],
      { asids: everything.asids.filter((asid) => !['200000000169', '200000000026'].includes(asid)) },
    ],
  ])('%s', (_, chosen, changed) => {
    expect(after(chosen)).toEqual({ ...everything, ...changed });
  });
});
