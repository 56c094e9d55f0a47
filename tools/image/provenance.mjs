// How an artefact was built: an in-toto Statement with a SLSA provenance predicate, both of version 1 (ADR 71).
import { hashesOf, purlOf } from './packages.mjs';

/** A name and no address: `.example` leads nowhere. ADR 71 says what each kind of build takes and does. */
export const BUILD_TYPES = {
  image: 'https://gatehouse.example/build/image/v1',
  release: 'https://gatehouse.example/build/release/v1',
};
/** SLSA wants one identity for everything that can change a build unnoticed: the machine and the account that ran it. */
export const LOCAL_BUILDER = 'https://gatehouse.example/builder/local';

/**
 * @typedef {{ name?: string, uri?: string, digest?: Record<string, string> }} Resource
 * @typedef {object} Build
 * @property {'image' | 'release'} kind
 * @property {Resource[]} subjects what was built, each with its digest
 * @property {Record<string, unknown>} parameters what the caller chose
 * @property {string} commit the commit of git that it was built from
 * @property {Resource[]} base what was taken from outside the lock file
 * @property {Record<string, import('./packages.mjs').Locked>} locked the packages of the lock file by their folders
 * @property {string} builder a URI
 * @property {Record<string, string>} versions of the programs that built it
 * @property {Date} startedAt
 * @property {Date} finishedAt
 * @property {Resource[]} byproducts
 */

/**
 * @param {Build} build
 * @throws Error if a subject has no digest, because the statement would then be about nothing
 */
export function provenanceOf(build) {
  const { kind, subjects, parameters, commit, base, locked, builder, versions, byproducts } = build;
  if (subjects.length === 0 || subjects.some(({ digest }) => !digest?.sha256))
    throw new Error('What was built has no digest.');
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: subjects,
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: BUILD_TYPES[kind],
        externalParameters: parameters,
        resolvedDependencies: [
          { name: 'source', digest: { gitCommit: commit } },
          ...base,
          ...packagesOf(locked),
        ],
      },
      runDetails: {
        builder: { id: builder, version: versions },
        metadata: { startedOn: instantOf(build.startedAt), finishedOn: instantOf(build.finishedAt) },
        byproducts,
      },
    },
  };
}

/** What comes inside another package has no hash of its own, and workspaces are part of the source. */
function packagesOf(locked) {
  const pinned = Object.entries(locked).filter(([, { integrity, link }]) => integrity && !link);
  const resources = pinned.map(([folder, entry]) => [
    purlOf(folder, entry),
    Object.fromEntries(hashesOf(entry.integrity).map(({ bits, hex }) => [`sha${bits}`, hex])),
  ]);
  return [...new Map(resources)]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([uri, digest]) => ({ uri, digest }));
}

const instantOf = (date) => date.toISOString().replace(/\.\d+Z$/, 'Z');
