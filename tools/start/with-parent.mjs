// Loaded before a piece of `npm start`: if the orchestrator vanishes, even by SIGKILL, the piece stops as if asked to.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
