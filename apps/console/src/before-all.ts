/** Must be imported first. Otherwise zod compiles its parsers with eval, which the content security policy forbids. */
import { config } from 'zod';

config({ jitless: true });
