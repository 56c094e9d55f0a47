import type { CommandNode, OptionNode, ValueKind } from './command-tree.js';

/** Completion for zsh, with descriptions. */
export function zshScript(tree: readonly CommandNode[]): string {
  return `#compdef gatehouse
# Completion of the gatehouse command for zsh: source <(gatehouse completion zsh)
_gatehouse() {
  local command='' previous="\${words[CURRENT - 1]}" i
  for ((i = 2; i < CURRENT; i++)); do
    case "\${command:+$command }\${words[i]}" in
      ${paths(tree)}) command="\${command:+$command }\${words[i]}" ;;
    esac
  done
  case "$command $previous" in
${tree.flatMap((node) => node.options.flatMap((option) => valueCase(node, option))).join('\n')}
  esac
  local -a entries
  case "$command" in
${tree.map(wordCase).join('\n')}
  esac
}
if [[ \${funcstack[1]} == _gatehouse ]]; then _gatehouse "$@"; else compdef _gatehouse gatehouse; fi
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
  if (value === 'text') return '_message value';
  if (value === 'file') return '_files';
  return `compadd -- ${value.map(quote).join(' ')}`;
}

/** What may stand at the beginning of a word. */
function wordCase({ path, subcommands, options, argument }: CommandNode): string {
  const entries = [
    ...subcommands.map(({ word, description }) => entry(word, description)),
    ...options.flatMap(({ flags, description }) => flags.map((flag) => entry(flag, description))),
    ...(typeof argument === 'string' ? [] : argument.map((word) => entry(word, ''))),
  ];
  const files = argument === 'file' ? '; _files' : '';
  return `    ${quote(path)}) entries=(${entries.join(' ')}); _describe gatehouse entries${files} ;;`;
}

/** A colon separates the word from its description. */
function entry(word: string, description: string): string {
  return quote(description === '' ? word : `${word.replaceAll(':', '\\:')}:${description}`);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
