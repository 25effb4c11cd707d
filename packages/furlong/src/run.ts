import { parseArgs } from 'node:util'
import { commonOptions, type Command, type Option } from './command.ts'
import { commandTable, overviewWords } from './command-table.ts'
import type { Context } from './context.ts'
import { CliError } from './errors.ts'
import { renderHelp, renderOverview } from './help.ts'
import { describeError, renderError } from './render/error.ts'
import { toPrintable } from './printable.ts'
import { createPaint, createReporter, formats, type Format } from './reporter.ts'
import { suggest } from './suggest.ts'
import { Values } from './values.ts'
import { readVersion } from './version.ts'

/**
 * Runs one call of the command line.
 * @param argv the words after `furlong`
 * @param context streams, environment, folder, clock
 * @returns the exit code: 0 done, 1 refused or failed, 2 wrong usage; `furlong run` passes its command's on
 */
export async function run(argv: readonly string[], context: Context): Promise<number> {
  const format = guessFormat(argv)
  try {
    return await dispatch(argv, context)
  } catch (error) {
    const said = describeError(error)
    const lines = renderError(said, createPaint(context.stderr, context.env))
    if (format === 'json') print(context, [JSON.stringify({ error: said.data }, undefined, 2)])
    else context.stderr.write(`${toPrintable(lines.join('\n'))}\n`)
    return said.exitCode
  }
}

async function dispatch(argv: readonly string[], context: Context): Promise<number> {
  const [first, ...rest] = argv
  const paint = createPaint(context.stdout, context.env)
  const columns = context.stdout.isTTY === true ? context.stdout.columns : undefined
  if (first !== undefined && overviewWords.version.includes(first)) return print(context, [readVersion()])
  const isHelp = first === undefined || overviewWords.help.includes(first)
  if (isHelp && rest[0] === undefined) return print(context, renderOverview(paint, columns))
  const name = isHelp ? (rest[0] ?? '') : (first ?? '')
  const row = Object.hasOwn(commandTable, name) ? commandTable[name] : undefined
  if (row === undefined) {
    throw new CliError('unknown-command', {
      name,
      suggestion: suggest(name, Object.keys(commandTable)) ?? '',
    })
  }
  const command = await row.load()
  const { values, positionals, after } = parse(command, isHelp ? ['--help'] : rest)
  if (values.flag('help')) return print(context, renderHelp(command, paint, columns))
  checkPositionals(command, values, positionals)
  checkWords(command, values)
  const format = readFormat(command, values)
  const reporter = createReporter(context, format)
  const outcome = await command
    .run({ values, positionals, rest: after, context, reporter })
    .finally(() => reporter.settle())
  if (format === 'json' && outcome.data !== undefined) {
    print(context, [JSON.stringify(outcome.data, undefined, 2)])
  } else if (outcome.lines !== undefined && outcome.lines.length > 0) {
    print(context, outcome.lines)
  }
  return outcome.exitCode ?? 0
}

function print(context: Context, lines: readonly string[]): number {
  context.stdout.write(`${toPrintable(lines.join('\n'))}\n`)
  return 0
}

/** What is one of a few words is wrong whatever else the command finds. */
function checkWords({ options }: Command, values: Values): void {
  for (const [name, { takes }] of Object.entries({ ...commonOptions, ...options })) {
    if (typeof takes === 'object') values.oneOf(name, takes)
  }
}

/** A command whose result has forms of its own knows them itself; JSON is JSON for all. */
function readFormat({ options }: Command, values: Values): Format {
  if (Object.hasOwn(options, 'format')) return values.text('format') === 'json' ? 'json' : 'human'
  return values.oneOf('format', formats) ?? 'human'
}

/** For errors found before the options are read. */
function guessFormat(argv: readonly string[]): Format {
  const end = argv.indexOf('--')
  const own = end === -1 ? argv : argv.slice(0, end)
  const at = own.indexOf('--format')
  return own.includes('--format=json') || (at !== -1 && own[at + 1] === 'json') ? 'json' : 'human'
}

interface Parsed {
  readonly values: Values
  readonly positionals: readonly string[]
  readonly after: readonly string[]
}

function parse(command: Command, words: readonly string[]): Parsed {
  const end = command.takesRest === true ? words.indexOf('--') : -1
  const own = end === -1 ? words : words.slice(0, end)
  const options: Readonly<Record<string, Option>> = { ...commonOptions, ...command.options }
  try {
    const { values, positionals } = parseArgs({
      args: own.map((word) => completeWord(word, options)),
      options: Object.fromEntries(
        Object.entries(options).map(([name, option]) => [name, toParseOption(option)]),
      ),
      allowPositionals: true,
      strict: true,
    })
    return {
      values: new Values(command.name, values),
      positionals,
      after: end === -1 ? [] : words.slice(end + 1),
    }
  } catch (error) {
    throw describeParseError(error, command.name, Object.keys(options))
  }
}

/** An option that may stand alone gets what it means then, since the parser wants a value for each. */
function completeWord(word: string, options: Readonly<Record<string, Option>>): string {
  const name = word.startsWith('--') ? word.slice(2) : ''
  const bare = Object.hasOwn(options, name) ? options[name]?.bare : undefined
  return bare === undefined ? word : `${word}=${bare}`
}

function toParseOption({ type, short, multiple }: Option): {
  type: 'string' | 'boolean'
  short?: string
  multiple?: boolean
} {
  return { type, ...(short === undefined ? {} : { short }), ...(multiple === undefined ? {} : { multiple }) }
}

function describeParseError(error: unknown, command: string, names: readonly string[]): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  const option = /'(-[^'\s,]*)/.exec(error.message)?.[1] ?? ''
  if (error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const near = suggest(option.replace(/^-+/, ''), names)
    return new CliError('unknown-option', {
      command,
      option,
      suggestion: near === undefined ? '' : `--${near}`,
    })
  }
  if (error.code === 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') {
    const message = error.message.split('\n')[0] ?? error.message
    return new CliError('wrong-usage', { command, message })
  }
  return error
}

function checkPositionals(command: Command, values: Values, positionals: readonly string[]): void {
  const [min, max] = command.positionals
  if (positionals.length < min) throw values.wrong(`An argument is missing: furlong ${command.usage}`)
  // What is too much may be the end of a secret without quotes, and is not repeated.
  if (positionals.length > max) {
    throw values.wrong(
      `There are too many arguments (${positionals.length}, of at most ${max}): furlong ${command.usage}`,
    )
  }
}
