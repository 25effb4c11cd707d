import type { Command } from './command.ts'

/** A command's row: what the overview needs, and how its file is loaded when it is called. */
export interface CommandRow {
  readonly summary: string
  readonly group: string
  load(): Promise<Command>
}

/** What stands in a command's place and asks for something about furlong itself. */
export const overviewWords: Readonly<Record<'help' | 'version', readonly string[]>> = {
  help: ['help', '--help', '-h'],
  version: ['--version', '-v'],
}

/** Every command, in the order of the overview. A command's file is read only when the command is called. */
export const commandTable: Readonly<Record<string, CommandRow>> = {
  up: {
    group: 'The local side',
    summary: 'start the local side',
    load: async () => (await import('./commands/up.ts')).command,
  },
  down: {
    group: 'The local side',
    summary: 'stop it',
    load: async () => (await import('./commands/down.ts')).command,
  },
  status: {
    group: 'The local side',
    summary: 'what runs where',
    load: async () => (await import('./commands/status.ts')).command,
  },
  env: {
    group: 'The local side',
    summary: 'shell lines that point AWS clients at it',
    load: async () => (await import('./commands/env.ts')).command,
  },
  console: {
    group: 'The local side',
    summary: 'its page: requests as they come, and why',
    load: async () => (await import('./commands/console.ts')).command,
  },
  state: {
    group: 'The local side',
    summary: 'keep its state as one file, and bring it back',
    load: async () => (await import('./commands/state.ts')).command,
  },
  run: {
    group: 'The local side',
    summary: 'run one command against it',
    load: async () => (await import('./commands/run.ts')).command,
  },
  dev: {
    group: 'The local side',
    summary: 'up, deploy, and update on save',
    load: async () => (await import('./commands/dev.ts')).command,
  },
  init: {
    group: 'Host, expose, grant',
    summary: 'a small project that passes its own test',
    load: async () => (await import('./commands/init.ts')).command,
  },
  deploy: {
    group: 'Host, expose, grant',
    summary: 'bundle, role, function, URL, grants',
    load: async () => (await import('./commands/deploy.ts')).command,
  },
  destroy: {
    group: 'Host, expose, grant',
    summary: 'take away what deploy made',
    load: async () => (await import('./commands/destroy.ts')).command,
  },
  url: {
    group: 'Host, expose, grant',
    summary: 'create, get, update, delete or list function URLs',
    load: async () => (await import('./commands/url.ts')).command,
  },
  grant: {
    group: 'Host, expose, grant',
    summary: 'let a caller call a URL',
    load: async () => (await import('./commands/grant.ts')).command,
  },
  revoke: {
    group: 'Host, expose, grant',
    summary: 'take a grant back',
    load: async () => (await import('./commands/revoke.ts')).command,
  },
  template: {
    group: 'Host, expose, grant',
    summary: 'the same set-up as CloudFormation or CDK',
    load: async () => (await import('./commands/template.ts')).command,
  },
  call: {
    group: 'Call and explain',
    summary: 'send a signed request',
    load: async () => (await import('./commands/call.ts')).command,
  },
  presign: {
    group: 'Call and explain',
    summary: 'a link that is signed already',
    load: async () => (await import('./commands/presign.ts')).command,
  },
  proxy: {
    group: 'Call and explain',
    summary: 'plain HTTP in, signed requests out',
    load: async () => (await import('./commands/proxy.ts')).command,
  },
  explain: {
    group: 'Call and explain',
    summary: 'why a request was refused',
    load: async () => (await import('./commands/explain.ts')).command,
  },
  doctor: {
    group: 'Call and explain',
    summary: 'what is wrong with a function URL',
    load: async () => (await import('./commands/doctor.ts')).command,
  },
  fault: {
    group: 'Call and explain',
    summary: 'what AWS does on a bad day, on demand',
    load: async () => (await import('./commands/fault.ts')).command,
  },
  logs: {
    group: 'Call and explain',
    summary: 'what functions wrote',
    load: async () => (await import('./commands/logs.ts')).command,
  },
  completion: {
    group: 'This shell',
    summary: 'what completes these words by Tab',
    load: async () => (await import('./commands/completion.ts')).command,
  },
}
