/**
 * The registry file that retires an organisation with its applications. It is applied as any other: all of it or
 * nothing, and by two people where the environment has four eyes.
 */
import type { Application, Organisation } from '../registry/registry.js';

/** @param servedBy the ODS codes that an application serves, by the id of the application */
export function retirementFile(
  { odsCode, name, bindings }: Organisation,
  servedBy: ReadonlyMap<string, readonly string[]>,
) {
  const applications = bindings
    .map(({ application }) => application)
    .filter(({ state }) => state !== 'retired')
    .map((application) => entryFor(application, odsCode, servedBy.get(application.id) ?? [odsCode]));
  return {
    apiVersion: 'gatehouse/v1' as const,
    organisations: [{ odsCode, name, state: 'retired' as const }],
    applications,
  };
}

/** An application that serves others goes on for them. */
function entryFor(application: Application, odsCode: string, served: readonly string[]) {
  const { product, environment, accessMode, capability, asid } = application;
  const others = served.filter((each) => each !== odsCode);
  const identity = { product, environment, accessMode, ...(capability === null ? {} : { capability }) };
  if (others.length > 0) return { organisations: others, ...identity };
  return {
    ...{ organisation: odsCode, ...identity, ...(asid === null ? {} : { asid }) },
    state: 'retired' as const,
  };
}
