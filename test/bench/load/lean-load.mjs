// `node lean-load.mjs ORIGIN CONNECTIONS SECONDS`: what wrk does, where there is no wrk. It writes prepared bytes and
// reads no more of an answer than its status and its length.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

const [origin = '', connections, seconds] = process.argv.slice(2);
const { LOAD_FOLDER = '', LOAD_PATH } = process.env;
const { hostname, port, host } = new URL(origin);
const keys = readFileSync(join(LOAD_FOLDER, 'keys'), 'utf8').split('\n');
const requests = keys.map((key) =>
  Buffer.from(
    `GET ${LOAD_PATH} HTTP/1.1\r\nHost: ${host}\r\n${key === '' ? '' : `Authorization: Bearer ${key}\r\n`}\r\n`,
  ),
);

const startedMs = performance.now();
const endMs = startedMs + Number(seconds) * 1000;
const tookMs = [];
let failed = 0;
let sent = 0;

/** Sends requests on one connection until the time is over. */
function drive() {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    let sentMs = 0;
    let answer = Buffer.alloc(0);
    const next = () => {
      sentMs = performance.now();
      if (sentMs >= endMs) return void socket.end();
      socket.write(requests[sent++ % requests.length]);
    };
    socket.on('connect', next);
    socket.on('data', (chunk) => {
      answer = answer.length === 0 ? chunk : Buffer.concat([answer, chunk]);
      const length = lengthOf(answer);
      if (length === null || answer.length < length) return;
      if (answer[9] !== 0x32) failed += 1;
      tookMs.push(performance.now() - sentMs);
      answer = Buffer.alloc(0);
      next();
    });
    socket.on('error', () => (failed += 1));
    socket.on('close', resolve);
  });
}

/** Bytes of the whole answer, or null while its head is incomplete. */
function lengthOf(answer) {
  const headEnd = answer.indexOf('\r\n\r\n');
  if (headEnd < 0) return null;
  const [, length] = /content-length: *(\d+)/i.exec(answer.latin1Slice(0, headEnd)) ?? [];
  if (length !== undefined) return headEnd + 4 + Number(length);
  return answer.latin1Slice(-5) === '0\r\n\r\n' ? answer.length : Infinity;
}

await Promise.all(Array.from({ length: Number(connections) }, drive));
tookMs.sort((a, b) => a - b);
const at = (share) => tookMs[Math.floor(tookMs.length * share)] ?? 0;
console.log(
  JSON.stringify({
    requests: tookMs.length,
    failed,
    seconds: (performance.now() - startedMs) / 1000,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  }),
);
