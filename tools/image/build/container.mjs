// Runs a command in the root of an image as a container would: the root can't be written, /tmp is in memory, and the
// process is the user of the image, without capabilities and without a way to new ones. It needs root and util-linux, and
// no runtime for containers. The network is the machine's.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

const MOUNTS_AND_STARTS = [
  'set -e',
  'root=$1 user=$2 group=$3 folder=$4',
  'shift 4',
  '/bin/mount --bind "$root" "$root"',
  '/bin/mount -t tmpfs -o nosuid,nodev,noexec,mode=1777,size=64m tmpfs "$root/tmp"',
  '/bin/mount -t proc -o nosuid,nodev,noexec proc "$root/proc"',
  '/bin/mount --bind /dev "$root/dev"',
  '/bin/mount -o remount,bind,ro "$root"',
  'exec /usr/bin/setpriv --no-new-privs --inh-caps=-all --bounding-set=-all,+sys_chroot,+setuid,+setgid \\',
  '  /usr/bin/unshare --root="$root" --wd="$folder" --setgid="$group" --setuid="$user" "$@"',
].join('\n');

/**
 * @typedef {{ User: string, WorkingDir: string, Env: string[], Cmd: string[] }} Config of the image
 * @param {string} root the folder of the image's root
 * @param {Config} config
 * @param {Record<string, string>} settings more environment variables
 * @param {string[]} command by default that of the image
 */
export function startContainer(root, config, settings, command = config.Cmd) {
  const [user, group] = config.User.split(':');
  const child = spawn(
    '/usr/bin/setpriv',
    [
      // If this process dies, so does the container.
      ...['--pdeathsig', 'KILL', '/usr/bin/unshare', '--mount', '--pid', '--ipc', '--fork', '--kill-child'],
      ...['/bin/sh', '-c', MOUNTS_AND_STARTS, 'sh', root, user, group, config.WorkingDir, ...command],
    ],
    {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...Object.fromEntries(config.Env.map((each) => /^([^=]+)=([^]*)$/.exec(each).slice(1))),
        ...settings,
      },
    },
  );
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (printed += String(text)));
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  return {
    ended,
    printed: () => printed,
    /** What the kernel says of its process. */
    status: () => statusOf(processOf(child.pid)),
    stop() {
      const pid = processOf(child.pid);
      if (pid !== undefined) process.kill(pid, 'SIGTERM');
    },
    kill: () => child.kill('SIGKILL'),
  };
}

/** The process with number 1 in the container, by its number outside; undefined if it has ended. */
function processOf(pid) {
  try {
    const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
    return child === '' ? undefined : Number(child);
  } catch {
    return undefined;
  }
}

/** @returns what speaks against it: another user than the image's, a right, or a root that can be written */
export function freedomsOf({ status, mounts }, user) {
  const field = (name) => new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(status)?.[1] ?? '';
  const root = mounts.split('\n').find((line) => line.split(' ')[4] === '/');
  return [
    [
      field('Uid')
        .split('\t')
        .some((id) => id !== user),
      `it runs as ${field('Uid')}`,
    ],
    [
      /[^0]/.test(field('CapEff') + field('CapPrm') + field('CapInh') + field('CapAmb')),
      'it has capabilities',
    ],
    [field('NoNewPrivs') !== '1', 'it can gain privileges'],
    [field('Groups').trim() !== '', `it belongs to the groups ${field('Groups')}`],
    [root?.split(' ')[5].split(',').includes('ro') !== true, 'its root can be written'],
  ].flatMap(([applies, what]) => (applies ? [what] : []));
}

function statusOf(pid) {
  const read = (file) => readFileSync(`/proc/${pid}/${file}`, 'utf8');
  return { status: read('status'), mounts: read('mountinfo') };
}
