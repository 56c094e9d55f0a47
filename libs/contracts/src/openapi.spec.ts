import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from './openapi.js';
import { API_PREFIX, type RouteContract, routes } from './routes.js';

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, object>> }>>;
}

const document = openApiDocument('1.2.3');
const paths = document['paths'] as Record<string, Record<string, Operation>>;
const all = Object.entries(routes) as [string, RouteContract][];

describe('the OpenAPI document', () => {
  it('is valid by the schema of OpenAPI 3.1, and can be sent as JSON', async () => {
    expect(document['openapi']).toBe('3.1.0');
    expect(await new Validator().validate(structuredClone(document))).toMatchObject({ valid: true });
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });

  it.each(all)('has %s with everything that it takes and returns', (name, route) => {
    const path = API_PREFIX + route.path.replaceAll(/:([a-zA-Z]+)/g, '{$1}');
    const operation = paths[path]?.[route.method.toLowerCase()];
    expect(operation?.operationId).toBe(name);
    const inPath = operation?.parameters.filter((parameter) => parameter.in === 'path') ?? [];
    expect(inPath.map((parameter) => `{${parameter.name}}`)).toEqual(path.match(/\{[a-zA-Z]+\}/g) ?? []);
    expect(operation?.requestBody !== undefined).toBe(route.body !== undefined);
    const type = route.ndjson === true ? 'application/x-ndjson' : 'application/json';
    expect(Object.keys(operation?.responses['200']?.content ?? {})).toEqual([type]);
  });

  it('says where If-Match is required, and what is returned without it', () => {
    for (const [, route] of all) {
      const path = API_PREFIX + route.path.replaceAll(/:([a-zA-Z]+)/g, '{$1}');
      const operation = paths[path]?.[route.method.toLowerCase()];
      const named = operation?.parameters.some((each) => each.in === 'header' && each.name === 'If-Match');
      expect(named, path).toBe(route.ifMatch === true);
      expect('412' in (operation?.responses ?? {}), path).toBe(route.ifMatch === true);
      expect('428' in (operation?.responses ?? {}), path).toBe(route.ifMatch === true);
    }
  });

  it('says where a change may wait for a second person', () => {
    expect(paths[`${API_PREFIX}/signing-keys/{kid}/activate`]?.['post']?.responses).toHaveProperty('202');
    expect(paths[`${API_PREFIX}/signing-keys/{kid}/publish`]?.['post']?.responses).not.toHaveProperty('202');
  });
});
