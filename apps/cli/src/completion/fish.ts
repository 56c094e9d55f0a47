import type { CommandNode, OptionNode } from './command-tree.js';

/** Completion for fish 3 and newer, with descriptions. */
export function fishScript(tree: readonly CommandNode[]): string {
  const paths = tree.flatMap(({ path }) => (path === '' ? [] : [quote(path)]));
  return `# Completion of the gatehouse command for fish: gatehouse completion fish | source
function __gatehouse_at -d 'whether the words before the cursor name this command'
    set -l command
    for word in (commandline -opc)[2..-1]
        if contains -- (string join ' ' -- $command $word) ${paths.join(' ')}
            set -a command $word
        end
    end
    test "$command" = "$argv[1]"
end
complete -c gatehouse -e
complete -c gatehouse -f
${tree.flatMap(linesOf).join('\n')}
`;
}

function linesOf({ path, subcommands, options, argument }: CommandNode): string[] {
  const complete = `complete -c gatehouse -n ${quote(`__gatehouse_at ${quote(path)}`)}`;
  return [
    ...subcommands.map(({ word, description }) => `${complete} -a ${quote(word)} -d ${quote(description)}`),
    ...options.map((option) => `${complete} ${optionWords(option)}`),
    ...(typeof argument === 'string' ? [] : [`${complete} -a ${quote(argument.join(' '))}`]),
    ...(argument === 'file' ? [`${complete} -F`] : []),
  ];
}

function optionWords({ flags, description, value }: OptionNode): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  return `${names.join(' ')}${valueWords(value)} -d ${quote(description)}`;
}

function valueWords(value: OptionNode['value']): string {
  if (value === 'none') return '';
  if (value === 'text') return ' -x';
  if (value === 'file') return ' -r -F';
  return ` -x -a ${quote(value.join(' '))}`;
}

/** In fish only \\ and ' are special between single quotes. */
function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
