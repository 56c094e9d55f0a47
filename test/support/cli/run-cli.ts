import { run } from '../../../apps/cli/src/program.ts';
import { readSettings } from '../../../apps/cli/src/settings.ts';

export interface CliResult {
  /** The exit code. */
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/**
 * Runs `gatehouse` in this process, without a terminal.
 * @param api of the gateway, with the token that the command uses
 */
export async function runCli(
  api: { readonly url: string; readonly token: string },
  args: readonly string[],
): Promise<CliResult> {
  let [out, err] = ['', ''];
  const code = await run(args, {
    settings: readSettings({ GATEHOUSE_ADMIN_URL: api.url, GATEHOUSE_ADMIN_TOKEN: api.token }),
    output: {
      out: (text) => (out += `${text}\n`),
      err: (text) => (err += text),
      interactive: false,
    },
    ask: () => Promise.resolve(''),
  });
  return { code, out, err };
}
