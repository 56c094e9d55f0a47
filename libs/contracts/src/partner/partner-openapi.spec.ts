import { CATALOGUE } from '@gatehouse/domain/ers/catalogue';
import { isParameter, PARAMETER_FORMS, PARAMETER_KINDS } from '@gatehouse/domain/ers/parameter';
import { ERRORS } from '@gatehouse/domain/errors';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { OWN_ROUTES } from './own-routes.js';
import { partnerOpenApiDocument } from './partner-openapi.js';

interface Parameter {
  readonly name?: string;
  readonly in?: string;
  readonly required?: boolean;
  readonly $ref?: string;
}
interface Operation {
  readonly operationId: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: object };
  readonly responses: Readonly<Record<string, { readonly $ref?: string }>>;
}
interface Response {
  readonly headers: Readonly<Record<string, { readonly schema: { readonly enum?: readonly string[] } }>>;
}

const document = partnerOpenApiDocument('1') as {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly parameters: Readonly<Record<string, Parameter>>;
    readonly responses: Readonly<Record<string, Response>>;
  };
};
const described = Object.values(document.paths).flatMap((methods) => Object.values(methods));
const header = ({ parameters }: Operation, name: string): Parameter | undefined =>
  parameters
    .map((each) =>
      each.$ref === undefined ? each : document.components.parameters[each.$ref.split('/').at(-1) ?? ''],
    )
    .find((each) => each?.in === 'header' && each.name === name);

describe('the OpenAPI document of the partner listener', () => {
  it('is valid by the schema of OpenAPI 3.1, and can be sent as JSON', async () => {
    expect(document.openapi).toBe('3.1.0');
    expect(await new Validator().validate(structuredClone(document))).toMatchObject({ valid: true });
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });

  it('has the catalogue, the routes of Gatehouse, and nothing else', () => {
    expect(described.map(({ operationId }) => operationId).sort()).toEqual(
      [...CATALOGUE, ...OWN_ROUTES].map(({ operationId }) => operationId).sort(),
    );
  });

  it.each(CATALOGUE)('$operationId: what it takes is what Gatehouse reads', (row) => {
    const operation = document.paths[row.path]?.[row.method.toLowerCase()];
    if (operation === undefined) throw new Error('it is not described');
    const at = (place: string) => operation.parameters.filter((each) => each.in === place);
    expect(at('path').map(({ name }) => `{${name}}`)).toEqual(row.path.match(/\{\w+\}/g) ?? []);
    expect(at('query').map(({ name, required }) => [name, required])).toEqual(
      Object.entries(row.query).map(([name, { required }]) => [name, required]),
    );
    expect(header(operation, 'If-Match')?.required ?? false).toBe(row.ifMatch);
    expect(header(operation, 'NHSD-eRS-Business-Function') !== undefined).toBe(
      row.businessFunctions.length > 0,
    );
    expect(header(operation, 'NHSD-eRS-On-Behalf-Of-User-ID') !== undefined).toBe(row.onBehalfOf);
    expect(header(operation, 'NHSD-eRS-Comm-Rule-Org')?.required ?? false).toBe(row.interaction === 'A015');
    expect(header(operation, 'NHSD-eRS-File-Name')?.required ?? false).toBe(row.interaction === 'A020');
    expect(Object.keys(operation.requestBody?.content ?? {})).toEqual(
      row.body === null ? [] : row.body.kind === 'json' ? ['application/fhir+json'] : row.body.mediaTypes,
    );
    expect('307' in operation.responses).toBe(row.interaction === 'A042');
  });

  it.each(Object.entries(ERRORS))(
    '%s is a refusal of every operation, under its status',
    (code, { status }) => {
      const name = `Refusal${String(status)}`;
      for (const { operationId, responses } of described)
        expect(responses[String(status)]?.$ref, operationId).toBe(`#/components/responses/${name}`);
      expect(document.components.responses[name]?.headers['Gatehouse-Error-Code']?.schema.enum).toContain(
        code,
      );
    },
  );

  it('refers only to what it has', () => {
    const components = document.components as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(([, to = '']) => to);
    expect(references.length).toBeGreaterThan(500);
    for (const reference of references) {
      const [, kind = '', name = ''] = /^#\/components\/(\w+)\/(\w+)$/.exec(reference) ?? [];
      expect(components[kind]?.[name], reference).toBeDefined();
    }
  });

  it.each(PARAMETER_KINDS)('states the form of %s as it is checked', (kind) => {
    const form = PARAMETER_FORMS[kind];
    if ('values' in form) expect(form.values.every((value) => isParameter(kind, value))).toBe(true);
    else expect(form.pattern.source).toMatch(/^\^.*\$$/);
    expect(isParameter(kind, 'no such value')).toBe(false);
  });
});
