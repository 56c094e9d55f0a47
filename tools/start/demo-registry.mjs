// The part of the demo registry that still applies: people may have retired some of it since.

const isRetired = ({ state }) => state === 'retired';

/**
 * Leaves out of a registry document what has been retired, and what depends on that. Applying it would be rejected:
 * nothing that is retired comes back.
 * @param document the demo registry
 * @param exported the registry as `gatehouse export` prints it
 */
export function withoutRetired(document, exported) {
  const retired = (list, field) => new Set(exported[list].filter(isRetired).map((record) => record[field]));
  const [organisations, products] = [retired('organisations', 'odsCode'), retired('products', 'name')];
  const [messageSets, asids] = [retired('messageSets', 'name'), retired('applications', 'asid')];
  const clients = exported.clients.filter(isRetired);
  const hasOwner = ({ organisation, product }) => !organisations.has(organisation) && !products.has(product);
  const cis2Clients = retired('cis2Clients', 'clientId');
  const isClientRetired = ({ name, environment }) =>
    clients.some((client) => client.name === name && client.environment === environment);
  return {
    ...document,
    organisations: document.organisations.filter(({ odsCode }) => !organisations.has(odsCode)),
    products: document.products.filter(({ name }) => !products.has(name)),
    messageSets: document.messageSets.filter(({ name }) => !messageSets.has(name)),
    applications: document.applications
      .map((application) => withoutOrganisations(application, organisations))
      .filter(
        (application) =>
          hasOwner(application) &&
          application.organisations?.length !== 0 &&
          !asids.has(application.asid) &&
          !application.messageSets.some((name) => messageSets.has(name)),
      ),
    cis2Clients: document.cis2Clients.filter(
      ({ product, clientId }) => !products.has(product) && !cis2Clients.has(clientId),
    ),
    clients: document.clients
      .filter((client) => !isClientRetired(client))
      .map((client) => ({ ...client, grants: client.grants.filter(hasOwner) }))
      .filter(({ grants }) => grants.length > 0),
  };
}

/** Several organisations may share a user-restricted application. */
function withoutOrganisations(application, retired) {
  if (application.organisations === undefined) return application;
  return {
    ...application,
    organisations: application.organisations.filter((odsCode) => !retired.has(odsCode)),
  };
}
