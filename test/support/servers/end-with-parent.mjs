// Imported by the gateway and the simulator of a test, so that they end when the test's process ends for any reason.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.channel?.unref();
