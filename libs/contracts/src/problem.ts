/** Faults of the admin API: RFC 9457 problem details, with a JSON pointer (RFC 6901) to every wrong field. */
import { z } from 'zod';

export const faultAt = z.object({ pointer: z.string(), detail: z.string() });
export type FaultAt = z.infer<typeof faultAt>;

export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().optional(),
  errors: z.array(faultAt).optional(),
});

/** A JSON pointer for a path of keys. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Every fault of a zod error with its place. The place of an unknown key is the key itself, not its parent. */
export function faultsOf(error: z.ZodError): FaultAt[] {
  return error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) =>
          isWord(key)
            ? {
                pointer: pointerOf([...issue.path, key]),
                detail: `"${key}" is not known here; check its spelling`,
              }
            : { pointer: pointerOf(issue.path), detail: 'a key of this is not known here' },
        )
      : [{ pointer: pointerOf(issue.path), detail: issue.message }],
  );
}

/** Anything else may be a secret that stands in the place of a key, and is not repeated. */
const isWord = (key: string): boolean => /^[A-Za-z][A-Za-z _-]{0,23}$/.test(key);
