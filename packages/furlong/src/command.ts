import type { Context } from './context.ts'
import { formats, type Reporter } from './reporter.ts'
import type { Values } from './values.ts'

/** What a word of a call names, for shells that complete it: one of a few, or what is there when it is typed. */
export type Word = readonly string[] | NamedThing

/** Things that have names on the machine a command is typed on. */
export type NamedThing = 'file' | 'folder' | 'profile'

/** One option of a command. */
export interface Option {
  readonly type: 'string' | 'boolean'
  readonly short?: string
  readonly multiple?: boolean
  /** What stands for the value in the help: `<port>`; default the words it takes. */
  readonly value?: string
  /** What the option stands for when it is given without `=` and a value. */
  readonly bare?: string
  /** What its value names; a value that is none of a few words is wrong usage. */
  readonly takes?: Word
  readonly says: string
}

/** One call of a command. */
export interface Invocation {
  readonly values: Values
  readonly positionals: readonly string[]
  /** What stands after `--`, for a command that runs another one. */
  readonly rest: readonly string[]
  readonly context: Context
  readonly reporter: Reporter
}

/** What a command did: printed by the runner in the form that was asked for. */
export interface Outcome {
  /** The result as JSON; absent for a command that printed by itself. */
  readonly data?: unknown
  /** The result for people. */
  readonly lines?: readonly string[]
  /** Default 0. */
  readonly exitCode?: number
}

/** One command. */
export interface Command {
  readonly name: string
  readonly summary: string
  readonly usage: string
  /** More than the summary, a sentence a line. */
  readonly description?: readonly string[]
  readonly options: Readonly<Record<string, Option>>
  readonly examples: readonly (readonly [command: string, says: string])[]
  /** Least and most arguments beside options. */
  readonly positionals: readonly [min: number, max: number]
  /** What the arguments name, one by one. */
  readonly takes?: readonly Word[]
  /** Whether it takes another command after `--`. */
  readonly takesRest?: true
  run(invocation: Invocation): Promise<Outcome>
}

/** Options that choose the target, for each command that has one. */
export const targetOptions: Readonly<Record<string, Option>> = {
  port: { type: 'string', value: '<port>', says: 'the local side on this port' },
  state: {
    type: 'string',
    value: '<folder>',
    takes: 'folder',
    says: 'the local side with this state folder',
  },
  account: { type: 'string', value: '<id>', says: 'account of the local side; default its first' },
  region: { type: 'string', value: '<region>', says: 'region; never selects AWS by itself' },
  aws: { type: 'boolean', says: 'AWS, by the usual credential chain' },
  profile: { type: 'string', value: '<name>', takes: 'profile', says: 'AWS, with this profile' },
}

/** Options of every command. */
export const commonOptions: Readonly<Record<string, Option>> = {
  format: {
    type: 'string',
    takes: formats,
    says: 'how results are printed; default human',
  },
  help: { type: 'boolean', short: 'h', says: 'this help' },
}
