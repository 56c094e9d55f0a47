// The environment of child processes.
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bin = join(fileURLToPath(new URL('..', import.meta.url)), 'node_modules', '.bin');

/** The current environment, with the pinned Node and the tools first in PATH. */
export function toolEnvironment(extra = {}) {
  const path = process.env.PATH ?? '';
  return { ...process.env, PATH: path.startsWith(bin) ? path : `${bin}${delimiter}${path}`, ...extra };
}

/** Nx without daemon, cloud, terminal interface or telemetry. */
export function nxEnvironment() {
  return toolEnvironment({
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    NX_NO_CLOUD: 'true',
    NX_LOAD_DOT_ENV_FILES: 'false',
    NO_COLOR: '1',
  });
}
