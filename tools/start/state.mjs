// The state of `npm start`: generated passwords, the admin token, client keys and the steps that have been completed.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

export function openState(file) {
  const stored = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const state = {
    secrets: { ownerPassword: randomBytes(24).toString('hex'), appPassword: randomBytes(24).toString('hex') },
    clientKeys: {},
    done: [],
    ...stored,
  };
  Object.defineProperty(state, 'save', {
    value: () => {
      writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
  });
  state.save();
  return state;
}
