/**
 * The files: plain manifests for each size, and the same as a Kustomize base (of the smallest size) with an overlay for
 * each. The migration is apart from both, because it has to end before they are applied.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { App, type Chart, Yaml } from 'cdk8s';
import { REPLICAS } from '../../shared/replicas.ts';
import { ROLES } from '../../shared/roles.ts';
import { nameOf } from './labels.ts';
import { MigrateChart } from './migrate.ts';
import { NamespaceChart, NetworkChart } from './namespace.ts';
import { resourcesOf } from './pod.ts';
import { RoleChart } from './role.ts';
import type { Settings } from './settings.ts';

export type Size = keyof typeof REPLICAS;
export const SIZES = Object.keys(REPLICAS) as readonly Size[];
const BASE: Size = 'small';

/** Objects of Kubernetes, as JSON has them. */
export type Objects = readonly object[];

export interface Kustomization {
  readonly apiVersion: 'kustomize.config.k8s.io/v1beta1';
  readonly kind: 'Kustomization';
  readonly resources: readonly string[];
  readonly patches?: readonly {
    readonly target: { readonly kind: string; readonly name: string };
    /** A JSON patch (RFC 6902). */
    readonly patch: string;
  }[];
}

/** Charts by name: `network` and one for each role. */
export function synthesise(settings: Settings, size: Size): ReadonlyMap<string, Objects> {
  const app = new App();
  const charts = [
    new NetworkChart(app, settings),
    ...ROLES.map((role) => new RoleChart(app, role, settings, REPLICAS[size][role])),
  ];
  return new Map(charts.map((chart) => [chart.node.id, objectsOf(chart)]));
}

export const namespaceObjects = (settings: Settings): Objects =>
  objectsOf(new NamespaceChart(new App(), settings));
export const migrateObjects = (settings: Settings): Objects =>
  objectsOf(new MigrateChart(new App(), settings));

const objectsOf = (chart: Chart): Objects => chart.toJson() as object[];

export function overlay(size: Size): Kustomization {
  const patches = ROLES.filter((role) => !isDeepStrictEqual(REPLICAS[size][role], REPLICAS[BASE][role])).map(
    (role) => ({
      target: { kind: 'Deployment', name: nameOf(role) },
      patch: JSON.stringify([
        { op: 'replace', path: '/spec/replicas', value: REPLICAS[size][role].count },
        {
          op: 'replace',
          path: '/spec/template/spec/containers/0/resources',
          value: resourcesOf(REPLICAS[size][role]),
        },
      ]),
    }),
  );
  return { ...kustomization(['../../base']), ...(patches.length > 0 && { patches }) };
}

const kustomization = (resources: readonly string[]): Kustomization => ({
  apiVersion: 'kustomize.config.k8s.io/v1beta1',
  kind: 'Kustomization',
  resources,
});

/** Path → what is in the file, in YAML. */
export function manifests(settings: Settings): ReadonlyMap<string, string> {
  const base = [...synthesise(settings, BASE)];
  const files: [string, Objects][] = [
    ['namespace.yaml', namespaceObjects(settings)],
    ['migrate.yaml', migrateObjects(settings)],
    ...SIZES.map((size): [string, Objects] => [
      `plain/${size}.yaml`,
      [...synthesise(settings, size).values()].flat(),
    ]),
    ...base.map(([name, objects]): [string, Objects] => [`base/${name}.yaml`, objects]),
    ['base/kustomization.yaml', [kustomization(base.map(([name]) => `${name}.yaml`))]],
    ...SIZES.map((size): [string, Objects] => [`overlays/${size}/kustomization.yaml`, [overlay(size)]]),
  ];
  return new Map(files.map(([path, objects]) => [path, Yaml.stringify(...objects)]));
}

/** @returns how many files there are */
export function writeManifests(settings: Settings, folder: string): number {
  const files = manifests(settings);
  for (const [path, text] of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return files.size;
}
