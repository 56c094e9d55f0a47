/**
 * React-admin's data provider over the contracts. Lists are paged by keyset: a page is requested with the `next` of the
 * page before it, which is remembered here. Pages make changes with callRoute, not with react-admin's CRUD calls.
 */
import { routes } from '@gatehouse/contracts/routes';
import type { DataProvider, GetListParams, GetManyReferenceParams, Identifier, RaRecord } from 'react-admin';
import { z } from 'zod';
import { callRouteForRecord, callRouteWith } from './call-route.js';
import { paramsOf, RESOURCE_ROUTES } from './resource-routes.js';

const page = z.object({
  items: z.array(z.looseObject({})),
  next: z.string().nullable().optional(),
  /** The span that a filter was read as (the audit trail). */
  covers: z.looseObject({}).optional(),
});
const LARGEST_PAGE = 500;

function routeOf(resource: string) {
  const row = RESOURCE_ROUTES[resource];
  if (row === undefined) throw new Error(`no route lists ${resource}; see api/resource-routes.ts`);
  return row;
}

async function readPage(resource: string, query: Readonly<Record<string, unknown>>) {
  const { list, id } = routeOf(resource);
  // Short lists have neither pages nor filters.
  const request = 'query' in routes[list] ? { query } : {};
  const { items, next, covers } = page.parse(await callRouteWith(list, request));
  return {
    data: items.map((item) => ({ ...item, id: id(item) })),
    next: next ?? null,
    meta: covers === undefined ? undefined : { covers },
  };
}

/** The `next` of each page but the last, by query. */
const cursors = new Map<string, string[]>();

async function getList(resource: string, { pagination, filter, sort }: Partial<GetListParams>) {
  const { page: number, perPage } = pagination ?? { page: 1, perPage: LARGEST_PAGE };
  const filtered = (filter ?? {}) as Readonly<Record<string, unknown>>;
  const query = {
    ...(routeOf(resource).asked?.(filtered) ?? filtered),
    ...sortOf(resource, sort),
    limit: perPage,
  };
  const key = JSON.stringify([resource, query]);
  const known = number === 1 ? [] : (cursors.get(key) ?? []);
  cursors.set(key, known);
  for (let before = known.length; before < number - 1; before += 1) {
    const { next } = await readPage(resource, { ...query, after: known[before - 1] });
    if (next === null) break;
    known.push(next);
  }
  if (known.length < number - 1) {
    return { data: [], pageInfo: { hasNextPage: false, hasPreviousPage: true } };
  }
  const { data, next, meta } = await readPage(resource, { ...query, after: known[number - 2] });
  if (next !== null) known[number - 1] = next;
  const pageInfo = { hasNextPage: next !== null, hasPreviousPage: number > 1 };
  // Only the last page shows how many there are.
  const total = next === null ? { total: (number - 1) * perPage + data.length } : {};
  return { data, pageInfo, meta, ...total };
}

/** React-admin sorts by `id` where no column was chosen; that is the route's own order. */
function sortOf(resource: string, sort: GetListParams['sort']) {
  if (sort === undefined || sort.field === 'id' || routeOf(resource).sorts !== true) return {};
  return { sort: sort.field, order: sort.order === 'DESC' ? 'desc' : 'asc' };
}

async function getOne(resource: string, { id }: { readonly id: Identifier }) {
  const { show } = routeOf(resource);
  if (show === undefined) throw new Error(`no route shows one of ${resource}; see api/resource-routes.ts`);
  const { body, etag } = await callRouteForRecord(show.route, { params: paramsOf(show.params, String(id)) });
  return { data: { ...(body as object), id: String(id), etag } };
}

function noCrud(): Promise<never> {
  return Promise.reject(new Error('Make changes with callRoute'));
}

const provider = {
  getList,
  getOne,
  async getMany(resource: string, { ids }: { readonly ids: readonly Identifier[] }) {
    return { data: (await Promise.all(ids.map((id) => getOne(resource, { id })))).map(({ data }) => data) };
  },
  getManyReference: (resource: string, { target, id, filter, pagination }: GetManyReferenceParams) =>
    getList(resource, { pagination, filter: { ...(filter as Record<string, unknown>), [target]: id } }),
  create: noCrud,
  update: noCrud,
  updateMany: noCrud,
  delete: noCrud,
  deleteMany: noCrud,
};

/** React-admin lets each page choose the type of its records; ours have the types of the contracts. */
export const dataProvider = provider as unknown as DataProvider;
export type ConsoleRecord = RaRecord<string>;
/** A record with the ETag that a change of it must name, where its route has one. */
export type Tagged<T> = T & { readonly etag: string | null };
