import type { CommandNode, OptionNode, ValueKind } from './command-tree.js';

/** Completion for bash 3.2 and newer. */
export function bashScript(tree: readonly CommandNode[]): string {
  return `# Completion of the gatehouse command for bash: source <(gatehouse completion bash)
_gatehouse() {
  local word="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}"
  local command='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${command:+$command }\${COMP_WORDS[i]}" in
      ${paths(tree)}) command="\${command:+$command }\${COMP_WORDS[i]}" ;;
    esac
  done
  local IFS=$'\\n'
  case "$command $previous" in
${tree.flatMap((node) => node.options.flatMap((option) => valueCase(node, option))).join('\n')}
  esac
  local words='' files=''
  case "$command" in
${tree.map(wordCase).join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  if [[ -n $files && $word != -* ]]; then COMPREPLY+=($(compgen -f -- "$word")); fi
}
complete -F _gatehouse gatehouse
`;
}

function paths(tree: readonly CommandNode[]): string {
  return tree.flatMap(({ path }) => (path === '' ? [] : [quote(path)])).join(' | ');
}

/** What may follow an option that takes a value. */
function valueCase({ path }: CommandNode, { flags, value }: OptionNode): string[] {
  if (value === 'none') return [];
  const pattern = flags.map((flag) => quote(`${path} ${flag}`)).join(' | ');
  return [`    ${pattern}) ${reply(value)}; return ;;`];
}

function reply(value: Exclude<ValueKind, 'none'>): string {
  if (value === 'text') return 'COMPREPLY=()';
  if (value === 'file') return 'COMPREPLY=($(compgen -f -- "$word"))';
  return `COMPREPLY=($(compgen -W ${lines(value)} -- "$word"))`;
}

/** What may stand at the beginning of a word. */
function wordCase({ path, subcommands, options, argument }: CommandNode): string {
  const words = [
    ...subcommands.map(({ word }) => word),
    ...options.flatMap(({ flags }) => flags),
    ...(typeof argument === 'string' ? [] : argument),
  ];
  const files = argument === 'file' ? '; files=yes' : '';
  return `    ${quote(path)}) words=${lines(words)}${files} ;;`;
}

/** One word on each line, as the function's IFS separates them. */
function lines(words: readonly string[]): string {
  return `$'${words.join('\\n')}'`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
