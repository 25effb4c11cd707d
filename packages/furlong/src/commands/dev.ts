import { targetOptions, type Command } from '../command.ts'
import { debugOptions } from '../dev/debug.ts'
import { deployOptions } from './deploy.ts'
import { startOptions } from './up.ts'

const { region } = targetOptions

/** `furlong dev` */
export const command: Command = {
  name: 'dev',
  summary: 'up, deploy, and update on save',
  usage: 'dev <entry> [options of up and deploy]',
  description: [
    'Starts the local side in this process, deploys the entry, prints its URL, and lets the code answer as it is saved.',
    'TypeScript and JavaScript are bundled; Python runs from its folder, with the active or the nearest .venv. Requests,',
    'refusals and what the function writes are told. Code that does not compile is told here and to the caller.',
  ],
  options: {
    ...debugOptions,
    ...deployOptions,
    ...startOptions,
    // Both have one: the function's own, and the programs of the local side.
    runtime: {
      type: 'string',
      multiple: true,
      value: '<id[=program]>',
      says: "the function's, default by the entry; or the program that runs one",
    },
    ...(region && { region }),
  },
  positionals: [1, 1],
  takes: ['file'],
  examples: [
    ['furlong dev app.ts', 'an application, until ctrl-c'],
    ['furlong dev app.py', 'the same in Python'],
    ['furlong dev app.ts --inspect', 'with a port for a debugger'],
    ['furlong dev app.ts --memory --stream', 'nothing kept, streamed responses'],
  ],
  run: async (invocation) => (await import('../dev/develop.ts')).develop(invocation),
}
