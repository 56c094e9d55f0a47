export function findPrometheus(): { readonly prometheus: string; readonly promtool: string } | undefined;
export function ensurePrometheus(): boolean;
