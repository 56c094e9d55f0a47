/** The first and the last day of a month such as `2026-03`. */
export function daysOf(month: string): Readonly<Record<'from' | 'until', string>> {
  const [year = 0, of = 0] = month.split('-').map(Number);
  const last = new Date(Date.UTC(year, of, 0)).toISOString().slice(0, 10);
  return { from: `${month}-01`, until: last };
}
