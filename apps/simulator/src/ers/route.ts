import { INTERACTIONS, type InteractionRow } from './interactions.js';

export interface RoutedCall {
  readonly row: InteractionRow;
  /** Path parameters: ubrn, id, version, codeSystemType. */
  readonly params: Readonly<Record<string, string>>;
}

interface Route {
  readonly row: InteractionRow;
  readonly parameterAt: readonly (readonly [number, string])[];
}

const ROUTES = new Map<string, Route>(
  INTERACTIONS.map((row) => {
    const segments = row.path.split('/').slice(2);
    const parameterAt = segments.flatMap((segment, i) =>
      segment.startsWith('{') ? [[i, segment.slice(1, -1)] as const] : [],
    );
    return [keyOf(row.method, segments), { row, parameterAt }];
  }),
);

/** Finds the interaction of a method and a path that starts `/FHIR/`; undefined when e-RS has none there. */
export function route(method: string, path: string): RoutedCall | undefined {
  if (!path.startsWith('/FHIR/')) return undefined;
  const segments = path.split('/').slice(2).map(decode);
  const route = ROUTES.get(keyOf(method, segments));
  if (route === undefined) return undefined;
  const params: Record<string, string> = {};
  for (const [at, name] of route.parameterAt) {
    const value = segments[at];
    if (!value) return undefined;
    params[name] = value;
  }
  return { row: route.row, params };
}

/** Version, resource and depth, with an operation's name or `_history`. It is different for each of the 40 rows. */
function keyOf(method: string, segments: readonly string[]): string {
  const last = segments.at(-1) ?? '';
  const tail = last.startsWith('$') ? last : segments[3] === '_history' ? '_history' : '';
  return `${method} ${segments[0] ?? ''} ${segments[1] ?? ''} ${segments.length} ${tail}`;
}

function decode(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
