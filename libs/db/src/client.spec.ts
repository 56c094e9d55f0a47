import { describe, expectTypeOf, it } from 'vitest';
import type { changeRegistry, Database, Queries, RegistryTransaction } from './client.js';

// Checked by the compiler: `npm run check` fails if one of these is no longer so.
describe('a transaction of the registry', () => {
  it('can be read like the database', () => {
    expectTypeOf<Database>().toExtend<Queries>();
    expectTypeOf<RegistryTransaction>().toExtend<Queries>();
  });

  it('is not interchangeable with the database itself', () => {
    expectTypeOf<Database>().not.toExtend<RegistryTransaction>();
    expectTypeOf<Queries>().not.toExtend<RegistryTransaction>();
  });

  it('can’t open another transaction', () => {
    expectTypeOf<RegistryTransaction>().not.toExtend<Parameters<typeof changeRegistry>[0]>();
    expectTypeOf<Queries>().not.toExtend<Parameters<typeof changeRegistry>[0]>();
  });
});
