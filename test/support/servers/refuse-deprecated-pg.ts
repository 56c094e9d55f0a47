/** Fails a test file whose code uses `pg` in a way that its next major version no longer allows. */
process.on('warning', (warning) => {
  if (warning.name === 'DeprecationWarning' && warning.message.includes('pg@9')) throw warning;
});
