import { startSimulator, type SimulatorOptions } from './simulator.js';

/** Reads the environment: SIMULATOR_{APIM,KMS,OBJECT_STORE,CONTROL,STAFF,CIS2}_LISTEN, SIMULATOR_STATE_DIR, SIMULATOR_KEY_POOL_{DIR,SPARE}. */
function optionsFromEnvironment(env: NodeJS.ProcessEnv): SimulatorOptions {
  const stateDir = env['SIMULATOR_STATE_DIR'] ?? '.gatehouse/simulator';
  return {
    stateDir,
    apimListen: env['SIMULATOR_APIM_LISTEN'] ?? '127.0.0.1:8090',
    kmsListen: env['SIMULATOR_KMS_LISTEN'] ?? '127.0.0.1:8091',
    objectStoreListen: env['SIMULATOR_OBJECT_STORE_LISTEN'] ?? '127.0.0.1:8092',
    controlListen: env['SIMULATOR_CONTROL_LISTEN'] ?? '127.0.0.1:8093',
    staffListen: env['SIMULATOR_STAFF_LISTEN'] ?? '127.0.0.1:8094',
    cis2Listen: env['SIMULATOR_CIS2_LISTEN'] ?? '127.0.0.1:8095',
    keyPool: {
      dir: env['SIMULATOR_KEY_POOL_DIR'] ?? `${stateDir}/spare-keys`,
      spare: Number(env['SIMULATOR_KEY_POOL_SPARE'] ?? 2),
    },
  };
}

const simulator = await startSimulator(optionsFromEnvironment(process.env));
const readyLine = JSON.stringify({ simulator: 'ready', ...simulator });
process.stdout.write(`${readyLine}\n`);

let stopping = false;
const stop = () => {
  if (stopping) return;
  stopping = true;
  void simulator.close().then(() => process.exit(0));
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
