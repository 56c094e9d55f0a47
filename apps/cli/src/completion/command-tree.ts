/** The command tree as completion needs it: what may follow after each command. */
import type { Command, Option } from 'commander';

export interface Word {
  readonly word: string;
  readonly description: string;
}

export interface OptionNode {
  /** `--state`, `-h`. */
  readonly flags: readonly string[];
  readonly description: string;
  readonly value: ValueKind;
}

/** `none`: a switch. `text`: anything. `file`: the name of a file. A list: one of these. */
export type ValueKind = 'none' | 'text' | 'file' | readonly string[];

export interface CommandNode {
  /** `keys list`; empty for the program itself. */
  readonly path: string;
  readonly subcommands: readonly Word[];
  readonly options: readonly OptionNode[];
  /** Of its first argument; `none` if it takes no argument. */
  readonly argument: ValueKind;
}

/** The program and every command below it. */
export function commandTree(command: Command, path = ''): CommandNode[] {
  const help = command.createHelp();
  const subcommands = help.visibleCommands(command);
  const [argument] = command.registeredArguments;
  const node: CommandNode = {
    path,
    subcommands: subcommands.map((each) => ({ word: each.name(), description: each.summary() })),
    options: help.visibleOptions(command).map(optionNode),
    argument: argument === undefined ? 'none' : valueKind(argument.name(), argument.argChoices),
  };
  return [
    node,
    ...subcommands.flatMap((each) => commandTree(each, path === '' ? each.name() : `${path} ${each.name()}`)),
  ];
}

function optionNode(option: Option): OptionNode {
  const placeholder = /<(.+)>/.exec(option.flags)?.[1];
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    description: option.description,
    value: placeholder === undefined ? 'none' : valueKind(placeholder, option.argChoices),
  };
}

function valueKind(placeholder: string, choices: readonly string[] | undefined): ValueKind {
  if (choices !== undefined) return choices;
  return placeholder === 'file' ? 'file' : 'text';
}
