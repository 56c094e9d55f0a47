/** Who received answers that named a patient: the requests of a search, summed up by organisation, client and user. */

type Row = Readonly<Record<string, unknown>>;

export interface Looked {
  readonly organisation: string | null;
  /** The client, or who in Gatehouse asked NHS England. */
  readonly by: string | null;
  readonly userId: string | null;
  readonly requests: number;
  readonly first: string;
  readonly last: string;
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Those with the most requests first. */
export function whoLooked(rows: readonly Row[]): Looked[] {
  const groups = Map.groupBy(rows, ({ organisation, client, actor, userId }) =>
    JSON.stringify([organisation, client ?? actor, userId]),
  );
  return [...groups.values()]
    .map((group): Looked => {
      const [{ organisation, client, actor, userId } = {}] = group;
      const times = group.flatMap(({ startedAt }) => textOf(startedAt) ?? []).toSorted();
      return {
        organisation: textOf(organisation),
        by: textOf(client ?? actor),
        userId: textOf(userId),
        requests: group.length,
        first: times[0] ?? '',
        last: times.at(-1) ?? '',
      };
    })
    .toSorted((one, other) => other.requests - one.requests || one.first.localeCompare(other.first));
}
