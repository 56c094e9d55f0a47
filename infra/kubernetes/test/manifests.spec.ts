import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { Yaml } from 'cdk8s';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Replicas, REPLICAS } from '../../shared/replicas.ts';
import { ROLES } from '../../shared/roles.ts';
import { tryRules } from '../../shared/rule.ts';
import { manifests, overlay, type Size, SIZES, synthesise, writeManifests } from '../src/manifests.ts';
import { readSettings } from '../src/settings.ts';
import { example, type KubernetesObject, objects, ofKind, ofSize, settings, the } from './manifests.ts';
import { RULES } from './rules.ts';
import { schemaFaults } from './schemas.ts';

tryRules(RULES, objects);

interface Replacement {
  op: string;
  path: string;
  value: unknown;
}

/** As Kustomize applies a JSON patch (RFC 6902); a replacement of what isn't there is an error. */
function apply(object: any, patch: string): void {
  for (const { op, path, value } of JSON.parse(patch) as Replacement[]) {
    const keys = path.split('/').slice(1);
    const last = keys.pop() ?? '';
    const parent = keys.reduce((within, key) => within?.[key], object);
    if (op !== 'replace' || !(last in (parent ?? {}))) throw new Error(`${op} ${path}`);
    parent[last] = value;
  }
}

function patched(size: Size): KubernetesObject[] {
  const base = ofSize('small');
  for (const { target, patch } of overlay(size).patches ?? []) {
    const found = ofKind(base, target.kind).filter(({ metadata }) => metadata.name === target.name);
    expect(found).toHaveLength(1);
    apply(found[0], patch);
  }
  return base;
}

const guide = readFileSync(new URL('../../../docs/guides/kubernetes.md', import.meta.url), 'utf8');

/** A cell of the table of sizes. */
function inGuide(row: string, size: Size): string | undefined {
  const line = guide.split('\n').find((each) => each.startsWith(`| ${row} `));
  return line?.split('|')[2 + SIZES.indexOf(size)]?.trim();
}

describe.each(SIZES)('size %s', (size) => {
  it('is the same by Kustomize as it is plain', () => {
    expect(patched(size)).toEqual(ofSize(size));
  });

  it('is in the guide as it is', () => {
    const pods = Object.entries(REPLICAS[size]);
    const total = (of: (each: Replicas) => number) =>
      pods.reduce((sum, [, each]) => sum + each.count * of(each), 0);
    for (const [role, { count, cpu, memoryMib }] of pods)
      expect(inGuide(role, size)).toBe(
        `${count} × ${cpu === 512 ? '½' : cpu / 1024} CPU, ${memoryMib / 1024} GiB`,
      );
    expect(inGuide('requests in all', size)).toBe(
      `${total(({ cpu }) => cpu / 1024)} CPU, ${total(({ memoryMib }) => memoryMib / 1024)} GiB`,
    );
  });

  it('has pods of that number and size', () => {
    for (const role of ROLES) {
      const { spec } = the(ofSize(size), 'Deployment', role);
      const { count, cpu, memoryMib } = REPLICAS[size][role];
      expect(spec.replicas).toBe(count);
      expect(spec.template.spec.containers[0].resources.requests).toEqual({
        cpu: `${(cpu / 1024) * 1000}m`,
        memory: `${memoryMib}Mi`,
      });
    }
  });
});

/** Kustomize itself, where it is here; `apply` above stands in for it elsewhere. */
const kustomize = (...args: string[]) => spawnSync('kubectl', ['kustomize', ...args], { encoding: 'utf8' });

/** An older one has another Kustomize, without patches by target. */
const hasKustomize = (kustomize('--help').stdout ?? '').includes('--output');

describe.runIf(hasKustomize)('kubectl kustomize', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-manifests-'));
    writeManifests(settings, folder);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  const inOrder = (file: string): KubernetesObject[] =>
    (Yaml.load(join(folder, file)) as KubernetesObject[]).sort((a, b) => key(a).localeCompare(key(b)));
  const key = ({ kind, metadata }: KubernetesObject): string => `${kind} ${metadata.name}`;

  it.each(SIZES)('makes of %s what is plain', (size) => {
    const { stderr } = kustomize(join(folder, 'overlays', size), '--output', join(folder, 'made.yaml'));
    expect(stderr).toBe('');
    expect(inOrder('made.yaml')).toEqual(inOrder(`plain/${size}.yaml`));
  });
});

describe('files', () => {
  const files = manifests(settings);

  it('are the namespace, the migration, plain manifests, a base and its overlays', () => {
    expect([...files.keys()].map((path) => posix.dirname(path)).sort()).toEqual([
      ...['.', '.'],
      ...Array.from({ length: ROLES.length + 2 }, () => 'base'),
      ...['overlays/large', 'overlays/medium', 'overlays/small'],
      ...['plain', 'plain', 'plain'],
    ]);
  });

  it('that a kustomization names are there', () => {
    const kustomizations = [...files].filter(([path]) => path.endsWith('/kustomization.yaml'));
    for (const [path, text] of kustomizations)
      for (const [, resource = ''] of text.matchAll(/^ {2}- ([\w./-]+)$/gm)) {
        const named = posix.join(posix.dirname(path), resource);
        expect(files.has(named) || files.has(`${named}/kustomization.yaml`), named).toBe(true);
      }
  });

  it('with all roles do not have the migration, whose Job must have ended before', () => {
    for (const [path, text] of files) expect(/^kind: Job$/m.test(text), path).toBe(path === 'migrate.yaml');
  });
});

describe('settings', () => {
  it('of the example make objects that Kubernetes knows', () => {
    const all = SIZES.flatMap((size) => [...synthesise(example, size).values()].flat());
    expect((all as KubernetesObject[]).flatMap(schemaFaults)).toEqual([]);
  });

  it('of the example, which names no collector, send nothing to one', () => {
    const all = [...synthesise(example, 'small').values()].flat();
    expect(JSON.stringify(all)).not.toContain('OTLP');
  });

  it('names every wrong one', () => {
    const wrong = {
      ...settings,
      image: 'gatehouse:latest',
      database: { networks: ['0.0.0.0/0'] },
      aws: {},
      variables: { GATEHOUSE_DRAIN_MS: '1' },
    };
    for (const name of ['image', 'database.networks[0]', 'aws', 'variables'])
      expect(() => readSettings(wrong)).toThrow(`→ at ${name}`);
  });

  it.each([
    [
      'a partner’s balancer that terminates TLS',
      { partner: { ...settings.partner, annotations: { 'x/ssl-cert': 'arn' } } },
    ],
    ['no way to the NHS', { nhs: undefined, proxy: undefined }],
    [
      'a console on the public Ingress',
      { console: { ...settings.console, ingressClass: settings.public.ingressClass } },
    ],
    ['a secret among the variables', { variables: { GATEHOUSE_SMTP_URL: 'smtps://mail.example' } }],
  ])('refuses %s', (_, wrong) => {
    expect(() => readSettings({ ...settings, ...wrong })).toThrow(/The settings are wrong/);
  });
});
