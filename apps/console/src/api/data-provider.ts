/**
 * React-admin's data provider over the contracts. Lists are paged by keyset: a page is asked for with the `next` of the
 * page before, which is remembered here. Changes are no CRUD: pages make them with callRoute.
 */
import type { DataProvider, GetListParams, GetManyReferenceParams, Identifier, RaRecord } from 'react-admin';
import { z } from 'zod';
import { callRouteTagged, callRouteWith } from './call-route.js';
import { paramsOf, RESOURCE_ROUTES } from './resource-routes.js';

const page = z.object({
  items: z.array(z.looseObject({})),
  next: z.string().nullable().optional(),
});
const LARGEST_PAGE = 500;

function routeOf(resource: string) {
  const row = RESOURCE_ROUTES[resource];
  if (row === undefined) throw new Error(`no route lists ${resource}; see api/resource-routes.ts`);
  return row;
}

async function readPage(resource: string, query: Readonly<Record<string, unknown>>) {
  const { list, id } = routeOf(resource);
  // The only list that is never paged.
  const asked = list === 'assuranceList' ? {} : { query };
  const { items, next } = page.parse(await callRouteWith(list, asked));
  return { data: items.map((item) => ({ ...item, id: id(item) })), next: next ?? null };
}

/** `next` of each page but the last, by what was asked. */
const cursors = new Map<string, string[]>();

async function getList(resource: string, { pagination, filter, sort }: Partial<GetListParams>) {
  const { page: number, perPage } = pagination ?? { page: 1, perPage: LARGEST_PAGE };
  const asked = {
    ...(filter as Record<string, unknown> | undefined),
    ...sortOf(resource, sort),
    limit: perPage,
  };
  const key = JSON.stringify([resource, asked]);
  const known = number === 1 ? [] : (cursors.get(key) ?? []);
  cursors.set(key, known);
  for (let before = known.length; before < number - 1; before += 1) {
    const { next } = await readPage(resource, { ...asked, after: known[before - 1] });
    if (next === null) break;
    known.push(next);
  }
  if (known.length < number - 1) {
    return { data: [], pageInfo: { hasNextPage: false, hasPreviousPage: true } };
  }
  const { data, next } = await readPage(resource, { ...asked, after: known[number - 2] });
  if (next !== null) known[number - 1] = next;
  const pageInfo = { hasNextPage: next !== null, hasPreviousPage: number > 1 };
  // Only the last page tells how many there are.
  return next === null ? { data, pageInfo, total: (number - 1) * perPage + data.length } : { data, pageInfo };
}

/** React-admin's own `id` stands for the route's order. */
function sortOf(resource: string, sort: GetListParams['sort']) {
  if (sort === undefined || sort.field === 'id' || routeOf(resource).sorts !== true) return {};
  return { sort: sort.field, order: sort.order === 'DESC' ? 'desc' : 'asc' };
}

async function getOne(resource: string, { id }: { readonly id: Identifier }) {
  const { show } = routeOf(resource);
  if (show === undefined) throw new Error(`no route shows one of ${resource}; see api/resource-routes.ts`);
  const { body, etag } = await callRouteTagged(show.route, { params: paramsOf(show.params, String(id)) });
  return { data: { ...(body as object), id: String(id), etag } };
}

function noCrud(): Promise<never> {
  return Promise.reject(new Error('Changes are made by routes of their own: callRoute'));
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

/** React-admin's records are of any type that a page names; ours have the contract's. */
export const dataProvider = provider as unknown as DataProvider;
export type ConsoleRecord = RaRecord<string>;
/** A record of a page: with the ETag to change it by, where its route has one. */
export type Shown<T> = T & { readonly etag: string | null };
