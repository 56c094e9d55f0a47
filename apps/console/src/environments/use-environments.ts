import { useSession } from '../api/use-session.js';
import type { Environment } from './environment-words.js';

const NONE_YET: readonly Environment[] = [];

/** Every environment, as the gateway says what each is; none until that is known. */
export const useEnvironments = (): readonly Environment[] => useSession()?.environments ?? NONE_YET;
