import { defineEcConfig } from '@astrojs/starlight/expressive-code';

/** Long lines of code are wrapped, so that they can be read on a telephone. */
export default defineEcConfig({ defaultProps: { wrap: true } });
