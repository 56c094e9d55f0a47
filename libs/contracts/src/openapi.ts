/** The admin API as an OpenAPI 3.1 document, generated from the map of routes. */
import { PERMISSIONS } from '@gatehouse/domain/governance/permissions';
import type { z } from 'zod';
import { pendingChange } from './governance/change-resources.js';
import { type Json, jsonRequest, schemaOf } from './openapi-json.js';
import { problem } from './problem.js';
import { API_PREFIX, type RouteContract, type RouteName, routes } from './routes.js';

const PROBLEM = { $ref: '#/components/schemas/Problem' };
const ETAG = { description: 'The entity tag of exactly this state', schema: { type: 'string' } };
const IF_MATCH = {
  name: 'If-Match',
  in: 'header',
  required: true,
  description: 'The ETag of what was read',
  schema: { type: 'string' },
};

export function openApiDocument(version: string): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [name, route] of Object.entries(routes) as [RouteName, RouteContract][]) {
    const path = API_PREFIX + route.path.replaceAll(/:([a-zA-Z]+)/g, '{$1}');
    paths[path] = {
      ...paths[path],
      [route.method.toLowerCase()]: operationOf(name, route),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Gatehouse admin API',
      version,
      description:
        'The registry, governance and audit of Gatehouse. Sign in to the console, or send a token of "gatehouse tokens create". All faults of a request are reported together, each with its place.',
    },
    paths,
    components: {
      schemas: { Problem: schemaOf(problem, 'output'), PendingChange: schemaOf(pendingChange, 'output') },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'gha_…' },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-gatehouse-session' },
      },
    },
  };
}

function operationOf(name: RouteName, route: RouteContract): Json {
  const needs = PERMISSIONS[route.permission];
  const { body } = route;
  return {
    operationId: name,
    summary: route.summary,
    tags: [route.path.split('/')[1] ?? ''],
    description: `Permission \`${route.permission}\`. Roles: ${listed(needs.roles)}. Scopes of a token: ${listed(needs.scopes)}.`,
    security: needs.scopes.length === 0 ? [{ session: [] }] : [{ token: [] }, { session: [] }],
    parameters: [
      ...parametersOf('path', route.params),
      ...parametersOf('query', route.query),
      ...(route.ifMatch === true ? [IF_MATCH] : []),
    ],
    ...jsonRequest(body),
    responses: {
      200: {
        description: route.ndjson === true ? 'One JSON object per line' : 'Done',
        ...(route.etag === true ? { headers: { ETag: ETAG } } : {}),
        content: {
          [route.ndjson === true ? 'application/x-ndjson' : 'application/json']: {
            schema: schemaOf(route.response, 'output'),
          },
        },
      },
      ...(route.fourEyes === true
        ? {
            202: {
              description: 'Nothing has changed yet: a second person decides',
              content: { 'application/json': { schema: { $ref: '#/components/schemas/PendingChange' } } },
            },
          }
        : {}),
      ...(route.ifMatch === true
        ? {
            412: refusal('It has changed since it was read: read it again, then send the change again'),
            428: refusal('If-Match is missing, or holds no ETag'),
          }
        : {}),
      default: refusal('A refusal that says what to change'),
    },
  };
}

function refusal(description: string): Json {
  return { description, content: { 'application/problem+json': { schema: PROBLEM } } };
}

const listed = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));

function parametersOf(place: 'path' | 'query', schema: z.ZodType | undefined): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

/** What JSON Schema can't say (a transformation, a rule across fields) is left out; the API still checks it. */
