import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { withoutRetired } from './demo-registry.mjs';

const read = () => parse(readFileSync(new URL('../../infra/demo/registry.yaml', import.meta.url), 'utf8'));
const names = ({ organisations, products, applications, clients }) => ({
  organisations: organisations.map(({ odsCode }) => odsCode),
  products: products.map(({ name }) => name),
  asids: applications.map(({ asid }) => asid),
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
        organisations: ['R69', 'RCD'],
        asids: everything.asids.slice(0, 3),
        clients: ['worklist-sync 1', 'referral-tracker 2'],
      },
    ],
    ['a client', ({ clients }) => [clients[0]], { clients: ['referral-tracker 3'] }],
    ['the product', ({ products }) => products, { products: [], asids: [], clients: [] }],
    ['a message set', ({ messageSets }) => [messageSets[1]], { asids: ['200000000069', '200000000070'] }],
  ])('%s', (_, chosen, changed) => {
    expect(after(chosen)).toEqual({ ...everything, ...changed });
  });
});
