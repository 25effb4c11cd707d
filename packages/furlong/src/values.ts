import { CliError } from './errors.ts'
import { suggest } from './suggest.ts'

type Raw = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>

/** The options of one call, read by kind; a value of the wrong kind is wrong usage. */
export class Values {
  readonly #command: string
  readonly #raw: Raw

  /**
   * Wraps what `parseArgs` found.
   * @param command name of the command, for errors
   * @param raw its values
   */
  constructor(command: string, raw: Raw) {
    this.#command = command
    this.#raw = raw
  }

  /** Copies them, some of them replaced. */
  with(replaced: Raw): Values {
    return new Values(this.#command, { ...this.#raw, ...replaced })
  }

  /** Tells whether an option is given at all. */
  has(name: string): boolean {
    return this.#raw[name] !== undefined
  }

  /** Tells whether a flag is set. */
  flag(name: string): boolean {
    return this.#raw[name] === true
  }

  /** Reads a flag that can be set (`--name`), unset (`--no-name`) or left open. */
  choice(name: string): boolean | undefined {
    if (this.flag(name) && this.flag(`no-${name}`))
      throw this.wrong(`--${name} and --no-${name} exclude each other.`)
    if (this.flag(name)) return true
    return this.flag(`no-${name}`) ? false : undefined
  }

  /** Reads a text. */
  text(name: string): string | undefined {
    const value = this.#raw[name]
    if (value === '') throw this.wrong(`--${name} needs a value.`)
    return typeof value === 'string' ? value : undefined
  }

  /** Reads each value of an option that may be given several times. */
  list(name: string): readonly string[] {
    const value = this.#raw[name]
    return Array.isArray(value) ? value.map(String) : []
  }

  /** Reads a whole number within limits, both included. */
  number(name: string, limits: { readonly min: number; readonly max: number }): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = Number(text)
    if (!/^\d+$/.test(text) || value < limits.min || value > limits.max) {
      throw this.wrong(`--${name} ${text}: a whole number from ${limits.min} to ${limits.max} is wanted.`)
    }
    return value
  }

  /** Reads `KEY=VALUE` pairs of an option that may be given several times. */
  pairs(name: string): Readonly<Record<string, string>> {
    const pairs: Record<string, string> = {}
    for (const [index, text] of this.list(name).entries()) {
      const at = text.indexOf('=')
      // It may be a secret, and is not repeated.
      if (at < 1) throw this.wrong(`--${name}, number ${index + 1}: KEY=VALUE is wanted.`)
      pairs[text.slice(0, at)] = text.slice(at + 1)
    }
    return pairs
  }

  /** Reads one of a few words. */
  oneOf<T extends string>(name: string, words: readonly T[]): T | undefined {
    const text = this.text(name)
    const word = words.find((candidate) => candidate === text)
    if (text !== undefined && word === undefined) throw this.#wrongWord(`--${name}`, text, words)
    return word
  }

  /** Finds the row that an argument names. */
  row<Row>(text: string, rows: Readonly<Record<string, Row>>): Row {
    const row = Object.hasOwn(rows, text) ? rows[text] : undefined
    if (row === undefined) throw this.#wrongWord(`npx furlong ${this.#command}`, text, Object.keys(rows))
    return row
  }

  #wrongWord(before: string, text: string, words: readonly string[]): CliError {
    const near = suggest(text, words)
    const message = `${before.replace(/^npx /, '')} ${text}: one of ${words.join(', ')} is wanted.`
    return this.wrong(message, near === undefined ? undefined : `${before} ${near}`)
  }

  /** Creates the error of wrong usage for this command. */
  wrong(message: string, suggestion?: string): CliError {
    return new CliError('wrong-usage', {
      command: this.#command,
      message,
      ...(suggestion === undefined ? {} : { suggestion }),
    })
  }
}
