// Loaded before each piece of `npm start`: if the orchestrator ends, even by SIGKILL, the piece stops in an orderly way.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
