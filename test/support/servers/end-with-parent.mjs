// Loaded before the gateway and the simulator of a test: if the test's process ends in any way, they end as well.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.channel?.unref();
