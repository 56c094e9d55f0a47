export interface BenchProgram {
  readonly file: string;
  readonly env: Record<string, string>;
  readonly version: string;
}
export function benchProgram(name: 'wrk' | 'nginx' | 'haproxy'): BenchProgram | undefined;
