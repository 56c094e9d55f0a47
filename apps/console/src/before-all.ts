/** Imported first: zod compiles its parsers with eval otherwise, which the content security policy forbids. */
import { config } from 'zod';

config({ jitless: true });
