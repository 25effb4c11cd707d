import type * as sigv4 from '@furlong/sigv4'

/** The package under test, as its user imports it. */
export type Sigv4 = typeof sigv4

/** One check: its name, and what it finds wrong, if anything. */
export type Check = readonly [name: string, run: () => string | undefined | Promise<string | undefined>]

/** Checks that belong together. */
export interface CheckGroup {
  readonly name: string
  readonly checks: readonly Check[]
}

/** What became of a group of checks. */
export interface SuiteRow {
  readonly name: string
  readonly passed: number
  readonly failed: readonly { readonly check: string; readonly detail: string }[]
}

/**
 * Compares.
 * @param what the thing compared
 * @param actual what was found
 * @param expected what had to be found
 * @returns a sentence when they differ
 */
export function differs(what: string, actual: unknown, expected: unknown): string | undefined {
  if (actual === expected) return undefined
  return `${what} is ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`
}

/**
 * Finds the first thing wrong.
 * @param findings sentences, or nothing
 */
export function first(...findings: (string | undefined)[]): string | undefined {
  return findings.find((finding) => finding !== undefined)
}
