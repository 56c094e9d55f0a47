/** How `--help` reads: required options first, choices and defaults in words. docs/cli.md is generated with it. */
import { Help, type Option } from 'commander';

export const helpFormat: Partial<Help> = {
  visibleOptions: (command) =>
    Help.prototype.visibleOptions.call(new Help(), command).toSorted((one, other) => rank(one) - rank(other)),
  optionDescription: (option) => {
    const choices = option.argChoices === undefined ? '' : `: ${option.argChoices.join(', ')}`;
    const notes = [...(option.mandatory ? ['required'] : []), ...defaultNote(option)];
    return `${option.description}${choices}${notes.map((note) => ` (${note})`).join('')}`;
  },
};

function defaultNote({ defaultValue }: Option): string[] {
  const isShown = typeof defaultValue === 'string' || typeof defaultValue === 'number';
  return isShown ? [`default: ${defaultValue}`] : [];
}

function rank({ long, mandatory }: Option): number {
  if (mandatory) return 0;
  return long === '--help' ? 3 : long === '--reason' ? 2 : 1;
}
