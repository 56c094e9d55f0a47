/** A registry file in YAML or JSON: parsed, checked and its secrets resolved, with every fault at its line and column. */
import { checkShape } from '@gatehouse/contracts/fault-words';
import { type FaultAt, faultsOf } from '@gatehouse/contracts/problem';
import {
  type RegistryDocument,
  registryDocument,
  type RegistryFile,
  registryFile,
  secretByName,
} from '@gatehouse/contracts/registry/registry-file';
import { sizeFaults } from '@gatehouse/contracts/registry/registry-size';
import { looksLikeSecret } from '@gatehouse/domain/input/spreadsheet-cell';
import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { Failure } from '../failure.js';
import { faultSummary, type RegistryInput } from './registry-input.js';
import { yamlFaults } from './yaml-faults.js';

/**
 * @param variable looks up `{ env: NAME }`; every missing one is reported at once
 * @throws Failure that lists every fault with its place
 */
export function readYaml(
  text: string,
  fileName: string,
  variable: (name: string) => string | undefined,
): RegistryInput {
  const lines = new LineCounter();
  const parsed = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    version: '1.2',
  });
  const unreadable = yamlFaults(parsed);
  if (unreadable.length > 0) {
    const places = unreadable.map(({ offset, detail }) => `${fileName}:${placeAt(lines, offset)}: ${detail}`);
    const format = fileName.endsWith('.json') ? 'JSON' : 'YAML';
    throw new Failure(`${fileName} is not valid ${format}:\n${places.join('\n')}`);
  }
  const explain = (faults: readonly FaultAt[]): Failure =>
    faultSummary(
      fileName,
      faults
        .map((fault) => ({ ...fault, offset: offsetOf(parsed.contents, fault.pointer) }))
        .toSorted((one, other) => one.offset - other.offset)
        .map(
          ({ pointer, detail, offset }) =>
            `${placeAt(lines, offset)}: ${detail}  (${pointer === '' ? '/' : pointer})`,
        ),
    );
  const file: unknown = parsed.toJS();
  const tooLarge = sizeFaults(file);
  if (tooLarge.length > 0) throw explain(tooLarge);
  const checked = checkShape(registryFile, file);
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
    if (secret === undefined) missing.push({ pointer, detail: missingVariable(named.data.env) });
    return secret;
  };
  const resolved = checkShape(registryDocument, resolve(file, ''));
  if (missing.length > 0) throw explain(missing);
  if (!resolved.success) throw explain(faultsOf(resolved.error));
  return resolved.data;
}

/** Somebody may write the secret itself in the place of its variable. */
function missingVariable(name: string): string {
  const variable =
    /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !looksLikeSecret(name) ? ` ${name}` : ' named here';
  return `the environment variable${variable} is not set`;
}

function placeAt(lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${line}:${col}`;
}

/** Where the value of the pointer begins, or else the nearest part of its path. A key points to itself. */
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
