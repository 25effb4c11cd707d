/** A number that Lambda takes, both ends included. */
export interface NumberLimit {
  readonly min: number
  readonly max: number
  readonly unit: string
}

/**
 * What Lambda takes for a function's timeout, in seconds.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const timeoutLimit: NumberLimit = { min: 1, max: 900, unit: 'seconds' }

/**
 * What Lambda takes for a function's memory, in MB.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
export const memorySizeLimit: NumberLimit = { min: 128, max: 10_240, unit: 'MB' }

/** How long a browser may keep the answer to its preflight, in seconds. */
export const corsMaxAgeLimit: NumberLimit = { min: 0, max: 86_400, unit: 'seconds' }

/** Longest handler, in characters. */
export const maxHandlerLength = 128

/** @see https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html */
export const variableNamePattern: RegExp = /^[a-zA-Z][a-zA-Z0-9_]+$/

/** Of an alias: letters, digits, `-` and `_`, and not digits alone, which name a version. */
export const aliasPattern: RegExp = /^(?!\d+$)[a-zA-Z0-9-_]{1,128}$/

/** Longest name of a role, in characters. */
export const maxRoleNameLength = 64
