// Starts the image against an empty PostgreSQL and the simulator's KMS: its own command creates the tables, then its
// gateway must answer, and end when it is told to.
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { createKmsKey } from '../../start/kms.mjs';
import { Pieces } from '../../start/pieces.mjs';
import { freedomsOf, startContainer } from './container.mjs';
import { ImageError } from './steps.mjs';

const PATIENCE_MS = 60_000;
const OWNER = 'gatehouse_owner';
const RUNNING_ROLE = 'gatehouse_app';
/** Of a database that lives for a minute and only this machine reaches. */
const PASSWORD = 'trial';
const ANY_PORT = '127.0.0.1:0';

export class Trial {
  #pieces;
  #containers = [];

  /**
   * @param {string} repository
   * @param {string} folder for the data of PostgreSQL, which its user must be able to reach
   */
  constructor(repository, folder) {
    this.folder = folder;
    this.#pieces = new Pieces(repository, join(folder, 'logs'));
    this.#pieces.onDeath((name, how, lines) => {
      this.died?.(new ImageError(`${name} ended unexpectedly (${how}):\n${lines}`));
    });
  }

  /**
   * @param {string} root the folder of the image's root
   * @param {import('./container.mjs').Config} config
   * @returns {Promise<string>} what was seen
   * @throws {ImageError}
   */
  run(root, config) {
    const death = new Promise((_, reject) => (this.died = reject));
    return Promise.race([this.#try(root, config), death]);
  }

  async #try(root, config) {
    const settings = await this.#surroundings();
    const asOwner = { ...settings, DATABASE_OWNER_URL: settings.DATABASE_URL.replace(RUNNING_ROLE, OWNER) };
    const migration = this.#start(root, config, asOwner, ['gatehouse', 'migrate']);
    if ((await migration.ended) !== 0)
      throw new ImageError(`“gatehouse migrate” of the image failed:\n${migration.printed()}`);
    const gateway = this.#start(root, config, settings);
    const { status } = await readyLineOf(gateway);
    for (const path of ['/live', '/ready']) {
      const answer = await fetch(status + path, { signal: AbortSignal.timeout(PATIENCE_MS) });
      if (answer.status !== 200)
        throw new ImageError(`${path} of the image answered ${answer.status}:\n${await answer.text()}`);
    }
    const faults = freedomsOf(gateway.status(), config.User.split(':')[0]);
    if (faults.length > 0) throw new ImageError(`The image’s process is not confined: ${faults.join('; ')}.`);
    gateway.stop();
    const how = await Promise.race([gateway.ended, setTimeout(PATIENCE_MS, 'not at all', { ref: false })]);
    if (how !== 0) throw new ImageError(`The image did not end in order on SIGTERM (${how}).`);
    return `tables created; /live and /ready answer 200, as user ${config.User} on a read-only root; ended on SIGTERM`;
  }

  async #surroundings() {
    const { port } = await this.#pieces.start('PostgreSQL', ['tools/start/postgres.mjs'], {
      POSTGRES_DATA_DIR: join(this.folder, 'postgres'),
      POSTGRES_ROLES: JSON.stringify({ [OWNER]: PASSWORD, [RUNNING_ROLE]: PASSWORD }),
    });
    const listeners = ['APIM', 'KMS', 'OBJECT_STORE', 'CONTROL', 'STAFF', 'CIS2'];
    const { kmsUrl } = await this.#pieces.start('simulator', ['apps/simulator/dist/main.js'], {
      ...Object.fromEntries(listeners.map((name) => [`SIMULATOR_${name}_LISTEN`, ANY_PORT])),
      SIMULATOR_STATE_DIR: join(this.folder, 'simulator'),
    });
    const aws = {
      AWS_REGION: 'eu-west-2',
      AWS_ACCESS_KEY_ID: 'trial',
      AWS_SECRET_ACCESS_KEY: 'trial',
      AWS_ENDPOINT_URL_KMS: kmsUrl,
    };
    return {
      ...aws,
      DATABASE_URL: `postgresql://${RUNNING_ROLE}:${PASSWORD}@127.0.0.1:${port}/gatehouse`,
      GATEHOUSE_AUDIT_KMS_KEY: await createKmsKey(aws, 'SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT'),
      // Nothing is sent there: the registry is empty.
      GATEHOUSE_SERVES: 'sandbox',
      GATEHOUSE_PUBLIC_URL: 'http://127.0.0.1:1',
      GATEHOUSE_PARTNER_LISTEN: ANY_PORT,
      GATEHOUSE_ADMIN_LISTEN: ANY_PORT,
      GATEHOUSE_PUBLIC_LISTEN: ANY_PORT,
      GATEHOUSE_STATUS_LISTEN: ANY_PORT,
      GATEHOUSE_DRAIN_GRACE_MS: '0',
    };
  }

  #start(root, config, settings, command) {
    const container = startContainer(root, config, settings, command);
    this.#containers.push(container);
    return container;
  }

  async stop() {
    for (const container of this.#containers) {
      container.kill();
      await container.ended;
    }
    await this.#pieces.stopAll();
  }
}

/** @returns the addresses of its listeners */
async function readyLineOf(gateway) {
  const isReady = (line) => line.includes('"gateway ready"') && line.endsWith('}');
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const line = gateway.printed().split('\n').find(isReady);
    if (line !== undefined) return JSON.parse(line);
    const how = await Promise.race([gateway.ended, setTimeout(50)]);
    if (how !== undefined) throw new ImageError(`The image’s gateway ended (${how}):\n${gateway.printed()}`);
  }
  throw new ImageError(
    `The image’s gateway is not ready after ${PATIENCE_MS / 1000} s:\n${gateway.printed()}`,
  );
}
