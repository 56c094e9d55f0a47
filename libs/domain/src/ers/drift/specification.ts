/**
 * What the e-RS OpenAPI file says about each operation, as far as the catalogue says it, too. Pure: a parsed document in,
 * rows out. The file has no scopes for each operation: access modes, business functions and limits stand in the text of
 * `description`, in the form of NHSDigital/e-referrals-service-api, specification/ (docs/reference/protocol-facts.md).
 */
import type { Capability } from '../../registry/records/vocabulary.js';
import { readDescription, tableOfApplications } from './description.js';

export interface SpecifiedOperation {
  readonly operationId: string;
  /** `A005`; the operation id itself if it names none. */
  readonly interaction: string;
  readonly title: string;
  readonly method: string;
  /** From /FHIR on. */
  readonly path: string;
  readonly deprecated: boolean;
  /** Null: one is needed, and the text does not say which in a form that is known here. */
  readonly businessFunctions: readonly string[] | null;
  /** Null: not available to application-restricted access. */
  readonly applicationRestricted: {
    /** Null: the text of the operation does not say. */
    readonly capabilities: readonly Capability[] | null;
    readonly writeException: boolean;
  } | null;
  readonly ifMatch: boolean;
  readonly onBehalfOf: boolean;
  readonly query: readonly SpecifiedParameter[];
  /** Media types of the request body; empty if there is none. */
  readonly mediaTypes: readonly string[];
  /** `5 MB`, `two times per day`: as the text states them, each once and sorted. */
  readonly limits: readonly string[];
}

export interface SpecifiedParameter {
  readonly name: string;
  readonly required: boolean;
  /** The largest number that the schema permits; null if it states none. */
  readonly maximum: number | null;
}

export interface Specification {
  /** `info.version`, as the file states it. */
  readonly version: string;
  readonly operations: readonly SpecifiedOperation[];
  /** Where the file contradicts itself. */
  readonly remarks: readonly string[];
}

export interface SpecificationFault {
  /** JSON pointer of the value. */
  readonly pointer: string;
  readonly detail: string;
}

export type ReadSpecification =
  | { readonly specification: Specification }
  | { readonly faults: readonly SpecificationFault[] };

type Members = Readonly<Record<string, unknown>>;

const METHODS = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'trace'];
/** Far more than e-RS has, so that a hostile file is refused and not worked through. */
const MAX_OPERATIONS = 500;
const MAX_TEXT = 200_000;
/** A reference may lead to a reference, but not for ever. */
const MAX_REFERENCES = 10;

/** @returns the specification, or every fault that keeps the document from being read as one */
export function readSpecification(document: unknown): ReadSpecification {
  const reader = new Reader(document);
  const specification = reader.read();
  return reader.faults.length > 0 || specification === null ? { faults: reader.faults } : { specification };
}

class Reader {
  readonly faults: SpecificationFault[] = [];
  private readonly remarks: string[] = [];
  private readonly document: unknown;

  constructor(document: unknown) {
    this.document = document;
  }

  read(): Specification | null {
    const root = this.members(this.document, '', 'an OpenAPI document is an object');
    if (root === null) return null;
    if (typeof root['openapi'] !== 'string' || !root['openapi'].startsWith('3.'))
      this.fault('/openapi', 'this is not an OpenAPI document of version 3');
    const info = this.members(root['info'], '/info', 'an object with the version is missing here');
    const version = info?.['version'];
    if (info !== null && (typeof version !== 'string' || !/^[\x20-\x7e]{1,64}$/.test(version)))
      this.fault('/info/version', 'a version of 1 to 64 printable characters is missing here');
    const paths = this.members(root['paths'], '/paths', 'an object with the paths is missing here');
    if (info === null || paths === null || this.faults.length > 0) return null;
    const inTable = tableOfApplications(this.text(info['description'], '/info/description'));
    const operations = this.operations(paths, inTable);
    if (operations.length === 0 && this.faults.length === 0)
      this.fault('/paths', 'this is not the specification of e-RS: no path begins with /STU3/ or /R4/');
    return { version: String(version), operations, remarks: this.remarks };
  }

  private operations(paths: Members, inTable: ReadonlySet<string> | null): SpecifiedOperation[] {
    const operations: SpecifiedOperation[] = [];
    for (const [path, value] of Object.entries(paths)) {
      if (!/^\/(?:STU3|R4)\//.test(path)) continue;
      const place = `/paths/${escaped(path)}`;
      if (!/^\/[A-Za-z0-9$._{}/-]{1,200}$/.test(path)) {
        this.fault(
          place,
          'this path is longer than 200 characters, or has characters that no path of e-RS has',
        );
        continue;
      }
      const item = this.members(this.resolve(value, place), place, 'the methods of this path are missing');
      for (const method of item === null ? [] : METHODS) {
        if (item?.[method] === undefined) continue;
        if (operations.length === MAX_OPERATIONS) {
          this.fault(place, `this file has more than ${MAX_OPERATIONS} operations`);
          return operations;
        }
        const operation = this.operation(path, method, item, inTable);
        if (operation !== null) operations.push(operation);
      }
    }
    return operations;
  }

  private operation(
    path: string,
    method: string,
    item: Members,
    inTable: ReadonlySet<string> | null,
  ): SpecifiedOperation | null {
    const place = `/paths/${escaped(path)}/${method}`;
    const found = this.members(this.resolve(item[method], place), place, 'an operation is an object');
    if (found === null) return null;
    const { operationId, summary } = found;
    if (typeof operationId !== 'string' || !/^[A-Za-z0-9&_.-]{1,100}$/.test(operationId)) {
      this.fault(
        `${place}/operationId`,
        'an operation id of 1 to 100 letters, digits and -, _, . or & is missing here',
      );
      return null;
    }
    const interaction = /^a[0-9]{3}(?=-)/i.exec(operationId)?.[0].toUpperCase() ?? operationId;
    const says = readDescription(this.text(found['description'], `${place}/description`));
    const parameters = this.parameters(item['parameters'], found['parameters'], path, method);
    const takes = (header: string): boolean =>
      parameters.some(({ name, within }) => within === 'header' && name.toLowerCase() === header);
    const isOpen = inTable === null ? says.isOpenToApplications : inTable.has(interaction);
    if (isOpen !== says.isOpenToApplications) {
      this.remarks.push(
        `${interaction}: the table of access modes ${isOpen ? 'has' : 'does not have'} it for applications, and the text of ${operationId} says the opposite. The table counts.`,
      );
    }
    const body = this.body(found['requestBody'], `${place}/requestBody`);
    return {
      operationId,
      interaction,
      title: titleOf(typeof summary === 'string' ? summary : operationId),
      method: method.toUpperCase(),
      path: `/FHIR${path}`,
      deprecated: found['deprecated'] === true,
      businessFunctions:
        says.businessFunctions.length === 0 && takes('nhsd-ers-business-function')
          ? null
          : says.businessFunctions,
      applicationRestricted: isOpen
        ? {
            capabilities: says.isOpenToApplications ? says.capabilities : null,
            writeException: says.needsUseCase,
          }
        : null,
      ifMatch: takes('if-match'),
      onBehalfOf: takes('nhsd-ers-on-behalf-of-user-id'),
      query: parameters
        .filter(({ within }) => within === 'query')
        .map(({ name, required, maximum }) => ({ name, required, maximum })),
      mediaTypes: body,
      limits: says.limits,
    };
  }

  /** Those of the path and those of the operation, which may replace them. */
  private parameters(ofPath: unknown, ofOperation: unknown, path: string, method: string) {
    const read = (list: unknown, place: string) => {
      if (list === undefined) return [];
      if (!Array.isArray(list) || list.length > 100) {
        this.fault(place, 'a list of at most 100 parameters is expected here');
        return [];
      }
      return list.flatMap((value: unknown, at) => {
        const found = this.members(
          this.resolve(value, `${place}/${at}`),
          `${place}/${at}`,
          'a parameter is an object',
        );
        if (found === null) return [];
        const { name, in: within, required, schema } = found;
        if (typeof name !== 'string' || !/^[\x21-\x7e]{1,100}$/.test(name) || typeof within !== 'string') {
          this.fault(`${place}/${at}`, 'this parameter has no name, or does not say where it stands');
          return [];
        }
        const limit = this.membersOrNull(this.resolve(schema, `${place}/${at}/schema`))?.['maximum'];
        return [
          { name, within, required: required === true, maximum: typeof limit === 'number' ? limit : null },
        ];
      });
    };
    const all = [
      ...read(ofPath, `/paths/${escaped(path)}/parameters`),
      ...read(ofOperation, `/paths/${escaped(path)}/${method}/parameters`),
    ];
    return [...new Map(all.map((each) => [`${each.within} ${each.name}`, each])).values()];
  }

  private body(value: unknown, place: string): string[] {
    if (value === undefined) return [];
    const body = this.members(this.resolve(value, place), place, 'a request body is an object');
    if (body === null) return [];
    const content = this.membersOrNull(this.resolve(body['content'], `${place}/content`));
    return Object.keys(content ?? {}).sort();
  }

  private text(value: unknown, place: string): string {
    if (value === undefined) return '';
    if (typeof value === 'string' && value.length <= MAX_TEXT) return value;
    this.fault(place, `a text of at most ${MAX_TEXT.toLocaleString('en-GB')} characters is expected here`);
    return '';
  }

  /** What a reference within the file leads to; anything else as it is. */
  private resolve(value: unknown, place: string): unknown {
    let at = value;
    for (let steps = 0; steps < MAX_REFERENCES; steps++) {
      const reference = this.membersOrNull(at)?.['$ref'];
      if (typeof reference !== 'string') return at;
      if (!reference.startsWith('#/')) {
        this.fault(
          place,
          'this refers to another file: bundle the specification into one file first (“npm run publish” in its repository)',
        );
        return {};
      }
      at = this.at(reference.slice(1));
      if (at === undefined) {
        this.fault(place, 'this refers to a part of the file that is not there');
        return {};
      }
    }
    this.fault(place, `this leads through more than ${MAX_REFERENCES} references`);
    return {};
  }

  private at(pointer: string): unknown {
    let value: unknown = this.document;
    for (const part of pointer.split('/').slice(1)) {
      const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
      const members: Members | null = this.membersOrNull(value);
      value = members !== null && Object.hasOwn(members, key) ? members[key] : undefined;
    }
    return value;
  }

  private members(value: unknown, place: string, otherwise: string): Members | null {
    const members = this.membersOrNull(value);
    if (members === null) this.fault(place, otherwise);
    return members;
  }

  private membersOrNull(value: unknown): Members | null {
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : null;
  }

  private fault(pointer: string, detail: string): void {
    if (this.faults.length < 50) this.faults.push({ pointer, detail });
  }
}

const escaped = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');

/** Without the interaction's id: “A036 - Cancel referral” and “Cancel referral (A036, FHIR STU3)” mean the same. */
const titleOf = (summary: string): string =>
  summary
    .replace(/^A[0-9]{3} - /, '')
    .replace(/ \(A[0-9]{3}, FHIR \w{1,10}\)(?: \[deprecated\])?$/, '')
    .slice(0, 200);
