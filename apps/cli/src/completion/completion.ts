import { Argument, type Command } from 'commander';
import type { Context } from '../options.js';
import { bashScript } from './bash.js';
import { commandTree, type CommandNode } from './command-tree.js';
import { fishScript } from './fish.js';
import { zshScript } from './zsh.js';

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const satisfies Record<
  string,
  (tree: readonly CommandNode[]) => string
>;

/** Completion is a script made from the command tree, so that pressing Tab starts no process. */
export function completionCommand(program: Command, { output }: Context): void {
  program
    .command('completion')
    .description(
      'Print the completion script of a shell. Add the line source <(gatehouse completion bash) to ~/.bashrc, the same with zsh to ~/.zshrc, or gatehouse completion fish | source to ~/.config/fish/config.fish.',
    )
    .addArgument(new Argument('<shell>', 'shell').choices(Object.keys(SCRIPTS)))
    .action((shell: keyof typeof SCRIPTS) => {
      output.out(SCRIPTS[shell](commandTree(program)).trimEnd());
    });
}
