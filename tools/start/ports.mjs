// The default ports, or free ones in place of those that are taken.
import { createServer } from 'node:net';

const defaults = {
  partner: 8080,
  admin: 8081,
  public: 8082,
  status: 8083,
  apim: 8090,
  kms: 8091,
  objects: 8092,
  control: 8093,
  staff: 8094,
};

function tryPort(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => {
      const given = server.address().port;
      server.close(() => resolve(given));
    });
  });
}

export async function choosePorts() {
  const ports = {};
  const moved = [];
  for (const [name, wanted] of Object.entries(defaults)) {
    ports[name] = await tryPort(wanted);
    while (
      ports[name] === null ||
      Object.entries(ports).some(([other, port]) => other !== name && port === ports[name])
    ) {
      ports[name] = await tryPort(0);
    }
    if (ports[name] !== wanted) moved.push({ name, wanted, given: ports[name] });
  }
  return { ports, moved };
}
