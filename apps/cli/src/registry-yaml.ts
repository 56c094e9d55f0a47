/** A registry file as text: parsed, checked, its secrets resolved, and every fault told by line and column. */
import { type FaultAt, faultsOf } from '@gatehouse/contracts/problem';
import {
  type RegistryDocument,
  type RegistryFile,
  registryFile,
} from '@gatehouse/contracts/registry/registry-file';
import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { Failure } from './failure.js';

export interface ReadRegistry {
  readonly document: RegistryDocument;
  /** A fault of the admin API, by its place in the file. */
  readonly explain: (faults: readonly FaultAt[]) => Failure;
}

/**
 * @param variable looks up `{ env: NAME }`; every missing one is told at once
 * @throws Failure that lists every fault with its place
 */
export function readRegistry(
  text: string,
  name: string,
  variable: (name: string) => string | undefined,
): ReadRegistry {
  const lines = new LineCounter();
  const parsed = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    version: '1.2',
    maxAliasCount: 100,
  } as never);
  if (parsed.errors.length > 0) {
    const told = parsed.errors.map(({ pos, message }) => `${name}:${placeAt(lines, pos[0])}: ${message}`);
    throw new Failure(`${name} is not good YAML:\n${told.join('\n')}`);
  }
  const explain = (faults: readonly FaultAt[]): Failure => {
    const told = faults
      .map(({ pointer, detail }) => ({ pointer, detail, offset: offsetOf(parsed.contents, pointer) }))
      .toSorted((one, other) => one.offset - other.offset)
      .map(
        ({ pointer, detail, offset }) =>
          `${name}:${placeAt(lines, offset)}: ${detail}  (${pointer === '' ? '/' : pointer})`,
      );
    const count = told.length === 1 ? 'a fault' : `${told.length} faults`;
    return new Failure(`${name} has ${count}; nothing was changed:\n${told.join('\n')}`);
  };
  const checked = registryFile.safeParse(parsed.toJS());
  if (!checked.success) throw explain(faultsOf(checked.error));
  return { document: resolveSecrets(checked.data, variable, explain), explain };
}

function resolveSecrets(
  file: RegistryFile,
  variable: (name: string) => string | undefined,
  explain: (faults: readonly FaultAt[]) => Failure,
): RegistryDocument {
  const missing: FaultAt[] = [];
  const resolve = (secret: string | { env: string } | undefined, pointer: string): string | undefined => {
    if (secret === undefined || typeof secret === 'string') return secret;
    const value = variable(secret.env);
    if (value === undefined)
      missing.push({ pointer, detail: `the environment variable ${secret.env} is not set` });
    return value;
  };
  const applications = file.applications.map(({ apiKey, apiSecret, ...rest }, at) => ({
    ...rest,
    apiKey: resolve(apiKey, `/applications/${at}/apiKey`),
    apiSecret: resolve(apiSecret, `/applications/${at}/apiSecret`),
  }));
  if (missing.length > 0) throw explain(missing);
  return { ...file, applications };
}

function placeAt(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${line}:${col}`;
}

/** Where the pointed-at value, or what of its way exists, begins. A key points at itself. */
function offsetOf(root: unknown, pointer: string): number {
  let node: unknown = root;
  let offset = startOf(root) ?? 0;
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (isMap(node)) {
      const pair = node.items.find(
        (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key,
      );
      if (pair === undefined) return offset;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(key)];
      offset = startOf(node) ?? offset;
    } else return offset;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? (node as Node).range?.[0] : undefined;
}
