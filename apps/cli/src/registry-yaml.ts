/** A registry file as text: parsed, checked, its secrets resolved, and every fault told by line and column. */
import { type FaultAt, faultsOf } from '@gatehouse/contracts/problem';
import {
  type RegistryDocument,
  registryDocument,
  type RegistryFile,
  registryFile,
  secretByName,
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

/** Puts the value of its variable in the place of every `{ env: NAME }`, wherever the file may write a secret. */
function resolveSecrets(
  file: RegistryFile,
  variable: (name: string) => string | undefined,
  explain: (faults: readonly FaultAt[]) => Failure,
): RegistryDocument {
  const missing: FaultAt[] = [];
  const resolve = (value: unknown, pointer: string): unknown => {
    if (Array.isArray(value)) return value.map((each, at) => resolve(each, `${pointer}/${at}`));
    if (typeof value !== 'object' || value === null) return value;
    const named = secretByName.safeParse(value);
    if (!named.success) {
      const members = Object.entries(value);
      return Object.fromEntries(members.map(([key, each]) => [key, resolve(each, `${pointer}/${key}`)]));
    }
    const secret = variable(named.data.env);
    if (secret === undefined)
      missing.push({ pointer, detail: `the environment variable ${named.data.env} is not set` });
    return secret;
  };
  const resolved = registryDocument.safeParse(resolve(file, ''));
  if (missing.length > 0) throw explain(missing);
  if (!resolved.success) throw explain(faultsOf(resolved.error));
  return resolved.data;
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
