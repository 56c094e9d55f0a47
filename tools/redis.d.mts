export function findRedis():
  | { readonly program: string; readonly env: Readonly<Record<string, string>> }
  | undefined;
export function ensureRedis(): boolean;
