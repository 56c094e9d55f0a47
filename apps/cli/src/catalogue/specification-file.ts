/** An e-RS OpenAPI file, in JSON or YAML, read whole and no further than its bound. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { decodeTextFile } from '@gatehouse/domain/input/text-file';
import { readSpecification, type Specification } from '@gatehouse/domain/ers/drift/specification';
import { LineCounter, parseDocument } from 'yaml';
import { Failure } from '../failure.js';
import { readBytes, unreadable } from '../files.js';
import { jsonFaultAt } from './json-fault.js';
import { yamlFaults } from '../registry-file/yaml-faults.js';

/** The published file repeats every example in place of its references, and is a few MiB. */
const MAX_JSON_BYTES = 32 * 1024 * 1024;
/** YAML keeps its references and is read much more slowly. */
const MAX_YAML_BYTES = 4 * 1024 * 1024;

export interface SpecificationFile {
  readonly specification: Specification;
  /** SHA-256 of the file, in hexadecimal. */
  readonly sha256: string;
}

/** @throws Failure that says what is wrong with the file, and where */
export async function readSpecificationFile(file: string): Promise<SpecificationFile> {
  const { size } = await stat(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  if (size > MAX_JSON_BYTES) throw tooLarge(file, MAX_JSON_BYTES);
  const bytes = await readBytes(file);
  const { text, fault } = decodeTextFile(bytes);
  if (fault !== undefined) throw new Failure(`${file}:${fault.line}: byte ${fault.byte}: ${fault.detail}`, 2);
  const read = readSpecification(text.trimStart().startsWith('{') ? json(file, text) : yaml(file, text));
  if ('faults' in read) {
    const lines = read.faults.map(
      ({ pointer, detail }) => `${file}: ${pointer === '' ? '/' : pointer}: ${detail}`,
    );
    throw new Failure(`${file} can't be compared:\n${lines.join('\n')}`, 2);
  }
  return { specification: read.specification, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function json(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const before = text.slice(0, jsonFaultAt(text)).split('\n');
    const place = `${file}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
    throw new Failure(`${place}: this is not valid JSON.`, 2);
  }
}

function yaml(file: string, text: string): unknown {
  if (text.length > MAX_YAML_BYTES) throw tooLarge(`${file}, which is YAML,`, MAX_YAML_BYTES);
  const lines = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  const faults = yamlFaults(parsed).map(({ offset, detail }) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}: ${detail}`;
  });
  if (faults.length > 0) throw new Failure(`${file} is not valid YAML:\n${faults.join('\n')}`, 2);
  return parsed.toJS();
}

function tooLarge(file: string, bytes: number): Failure {
  return new Failure(`${file} is larger than ${bytes / 1024 / 1024} MiB.`, 2);
}
