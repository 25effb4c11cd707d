import type { Command } from '../command.ts'

/** Shells that have a script, and what writes it. */
const shells: Readonly<Record<string, () => Promise<string>>> = {
  bash: async () => (await import('../completion/bash.ts')).renderBashCompletion(),
}

/** `furlong completion` */
export const command: Command = {
  name: 'completion',
  summary: 'what completes these words by Tab',
  usage: 'completion bash',
  description: [
    'Prints a script for bash that completes commands, options, and the values that are one of a few words, files, folders',
    'or profiles of AWS. It holds all it needs: made anew after an update of furlong, it knows what is new.',
  ],
  options: {},
  positionals: [1, 1],
  takes: [Object.keys(shells)],
  examples: [
    ['eval "$(furlong completion bash)"', 'in this shell'],
    [
      `npx furlong completion bash > ~/.furlong-completion && echo '. ~/.furlong-completion' >> ~/.bashrc`,
      'in every shell from now on',
    ],
  ],
  run: async ({ values, positionals: [name = ''] }) => {
    const script = await values.row(name, shells)()
    return { data: { shell: name, script }, lines: [script] }
  },
}
